import { linkName } from '../cluster/place.ts';
import { Gate } from '../faults/bandwidth.ts';
import type { Flow } from '../faults/fault.ts';
import type { Judgement } from '../faults/faults.ts';
import type { Conduit } from '../faults/passage.ts';
import type { Shape } from '../faults/shape.ts';
import type { Rng } from '../lib/rng.ts';
import type { Connection } from './connection.ts';
import type { Scheduler } from './scheduler.ts';

/** What flows are judged to be, and what the connections of each share while there is a shape. */
export class Flows {
  readonly #judge: (flow: Flow) => Judgement;
  readonly #clock: Scheduler;
  readonly #rng: Rng;
  readonly #conduits = new Map<string, SimConduit>();

  constructor(judge: (flow: Flow) => Judgement, clock: Scheduler, rng: Rng) {
    this.#judge = judge;
    this.#clock = clock;
    this.#rng = rng;
  }

  of(flow: Flow): Judgement {
    return this.#judge(flow);
  }

  /** Null: what passes meets nothing. */
  conduit(flow: Flow): SimConduit | null {
    const { shape } = this.of(flow);
    if (shape.length === 0) return null;
    const name = nameOf(flow);
    let conduit = this.#conduits.get(name);
    if (conduit === undefined || !sameFaults(conduit.shape, shape)) {
      const rng = this.#rng.fork(`${shape.map(({ by }) => by).join(' ')} on ${name}`);
      conduit = new SimConduit(shape, rng, this.#clock);
      this.#conduits.set(name, conduit);
    }
    return conduit;
  }
}

/** What a connection's frames go over. */
export function flowOf({ sender, to }: Connection): Flow {
  return { from: sender.node, to, direction: 'forward' };
}

function nameOf(flow: Flow): string {
  return `${linkName(flow)} ${flow.direction}`;
}

function sameFaults(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every(({ by }, at) => by === b[at]!.by);
}

/** A shape on one flow, in virtual time. */
class SimConduit implements Conduit {
  readonly shape: Shape;
  readonly gate: Gate;
  readonly rng: Rng;
  readonly #clock: Scheduler;
  #serving = false;
  #wakeAt = Infinity;

  constructor(shape: Shape, rng: Rng, clock: Scheduler) {
    this.shape = shape;
    this.gate = new Gate(shape);
    this.rng = rng;
    this.#clock = clock;
  }

  /** Lets connections pay as far as the bandwidth goes now, and again when it goes further. */
  serve(): void {
    if (this.#serving) return;
    this.#serving = true;
    const next = this.gate.serve(this.#clock.now);
    this.#serving = false;
    if (next === null || next >= this.#wakeAt) return;
    this.#wakeAt = next;
    this.#clock.after(Math.max(0, next - this.#clock.now), () => {
      if (this.#wakeAt === next) this.#wakeAt = Infinity;
      this.serve();
    });
  }
}
