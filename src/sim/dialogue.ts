import type { Place } from '../cluster/place.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';
import type { Fate, Sender } from './connection.ts';
import type { Turn } from './turn.ts';
import type { Scheduler } from './scheduler.ts';
import { messageWords, traceWords } from './words.ts';
import type { Watcher } from './world.ts';

const width = 78;

/**
 * A run as a learner reads it: one line for each message at its arrival, each event and each fault, with
 * virtual milliseconds, and a narrator's words between them.
 */
export class Dialogue implements Watcher {
  readonly #clock: Scheduler;
  readonly #lines: string[] = [];
  readonly #held = new Map<Message, number>();
  /** Heartbeats, and the acknowledgements that only answer them: the pulse, rarely the story. */
  showsPulse = false;

  constructor(clock: Scheduler) {
    this.#clock = clock;
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  /** A paragraph, wrapped. */
  say(text: string): void {
    if (this.#lines.length > 0) this.#lines.push('');
    this.#lines.push(...wrapped(text));
  }

  /** A request or its answer: what passes between a client and a node. */
  exchange(from: Place, to: Place, what: string): void {
    this.#line(`${from} → ${to}`, what);
  }

  told(fate: Fate, from: Sender, to: NodeId, message: Message): void {
    if (!this.showsPulse && isPulse(message)) return;
    const heldSince = this.#held.get(message);
    if (fate === 'held') this.#held.set(message, this.#clock.now);
    const late = heldSince === undefined ? '' : `  (held since ${heldSince.toFixed(0)})`;
    const note = fate === 'delivered' ? late : `  (${fate})`;
    this.#line(`${from.node} → ${to}`, `${messageWords(message)}${note}`);
  }

  turned({ node, effects }: Turn): void {
    for (const effect of effects) {
      if (effect.type === 'trace') this.#line(node.id, `* ${traceWords(effect.event)}`);
    }
  }

  noted(what: string): void {
    this.#line('', `$ ${what}`);
  }

  #line(who: string, what: string): void {
    this.#lines.push(`${this.#clock.now.toFixed(0).padStart(6)}  ${who.padEnd(12)}${what}`.trimEnd());
  }
}

function isPulse(message: Message): boolean {
  const { echo } = message as { readonly echo?: number | null };
  return message.class === 'heartbeat' || (message.class === 'ack' && echo !== null);
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
