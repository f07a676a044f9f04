import { Passage } from '../faults/passage.ts';
import type { Connection, Fate, Frame } from './connection.ts';
import { flowOf, type Flows } from './flows.ts';
import type { Scheduler } from './scheduler.ts';

export interface BadLinkHooks {
  arrive(frame: Frame): void;
  tell(fate: Fate, frame: Frame): void;
}

/** What connections carry over links that are slow, lossy or worse: the shapes of faults, in virtual time. */
export class BadLinks {
  readonly #flows: Flows;
  readonly #clock: Scheduler;
  readonly #hooks: BadLinkHooks;

  constructor(flows: Flows, clock: Scheduler, hooks: BadLinkHooks) {
    this.#flows = flows;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Over a good link at once, over a bad one as its shape has it. */
  pass(frame: Frame): void {
    const { connection, message } = frame;
    const conduit = this.#flows.conduit(flowOf(connection));
    if (conduit === null && connection.passage === null) return this.#hooks.arrive(frame);
    connection.passage ??= this.#open(connection);
    const messageClass = message.class;
    // Sizes matter to bandwidth alone, and cost.
    const bytes = conduit?.gate.isOpen(messageClass) === false ? JSON.stringify(message).length : 0;
    const sent = { class: messageClass, bytes, sole: true, later: false, more: false };
    connection.passage.enter(frame, sent, bytes, this.#clock.now);
    conduit?.serve();
    this.#advance(connection);
  }

  /** The faults in force changed: what is under way goes on under the new ones. */
  rejudge(connection: Connection): void {
    const { passage } = connection;
    if (passage === null) return;
    const { now } = this.#clock;
    if (this.#held(connection)) passage.freeze(now);
    else passage.thaw(now);
    const conduit = this.#flows.conduit(flowOf(connection));
    passage.reshape(conduit, now);
    conduit?.gate.rest();
    conduit?.serve();
    this.#advance(connection);
  }

  /** The connection is over; answers what was under way on it. */
  clear({ passage }: Connection): readonly Frame[] {
    return passage === null ? [] : passage.clear();
  }

  #open(connection: Connection): Passage<Frame> {
    const passing = (): boolean => !connection.dead && !this.#held(connection);
    return new Passage(
      {
        get passing() {
          return passing();
        },
        drawn: (frame, _, { lostBy, strays }) => {
          this.#hooks.tell(lostBy === null ? 'delayed' : 'lost', frame);
          for (const { why } of strays)
            this.#hooks.tell(why === 'duplicate' ? 'duplicated' : 'reordered', frame);
        },
        paid: () => this.#advance(connection),
      },
      this.#flows.conduit(flowOf(connection)),
    );
  }

  /** What is due arrives; what is not is looked at again in time. */
  #advance(connection: Connection): void {
    const { passage } = connection;
    if (passage === null || connection.dead || this.#held(connection)) return;
    for (;;) {
      const frame = passage.next(this.#clock.now, true);
      if (frame === null) break;
      this.#hooks.arrive(frame);
    }
    const due = passage.dueAt(true);
    if (due === null || due >= connection.wakeAt) return;
    connection.wakeAt = due;
    this.#clock.after(Math.max(0, due - this.#clock.now), () => {
      if (connection.wakeAt === due) connection.wakeAt = Infinity;
      this.#advance(connection);
    });
  }

  #held(connection: Connection): boolean {
    return this.#flows.of(flowOf(connection)).state === 'hold';
  }
}
