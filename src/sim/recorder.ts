import { hash48 } from '../lib/hash.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Effect, Input, Message, TraceName } from '../protocol/protocol.ts';
import type { Fate, Sender } from './connection.ts';
import type { Turn } from './turn.ts';
import type { Scheduler } from './scheduler.ts';
import { commandWords, effectWords, messageWords, operationWords } from './words.ts';
import type { Watcher } from './world.ts';

const tailLines = 80;

/** What a run is to have shown: traces, and answers to sessions (S1). */
export type Mark = TraceName | 'behind' | 'write-lost';

/**
 * Counts what happens, keeps the last of it for a failure's report, and folds all of it into one hash: two
 * runs of a seed are the same run exactly if their hashes are.
 */
export class Recorder implements Watcher {
  readonly marks: Partial<Record<Mark, number>> = {};
  readonly frames: Record<Fate, number> = {
    delivered: 0,
    held: 0,
    lost: 0,
    outdated: 0,
    delayed: 0,
    duplicated: 0,
    reordered: 0,
  };
  hash = 0;
  readonly #clock: Scheduler;
  /** A ring, worded only when it is asked for. */
  readonly #tail: (() => string)[] = [];
  #next = 0;

  constructor(clock: Scheduler) {
    this.#clock = clock;
  }

  turned({ node, inputs, effects, after }: Turn): void {
    const { now } = this.#clock;
    for (const effect of effects) {
      const mark = markOf(effect);
      if (mark !== null) this.marks[mark] = (this.marks[mark] ?? 0) + 1;
    }
    this.#fold(
      `${now} ${node.id} ${inputs.map(({ type }) => type).join()} ${effects.length} ${after?.chain} ${after?.digest.value}`,
    );
    this.#keep(() => {
      const heard = inputs.map(inputWords).join('; ') || 'starts';
      const said = effects
        .filter(({ type }) => type !== 'timer')
        .map(effectWords)
        .join('; ');
      return `${stamp(now)}  ${node.id}  ${heard} ⇒ ${said || 'nothing'}`;
    });
  }

  told(fate: Fate, from: Sender, to: NodeId, message: Message): void {
    const { now } = this.#clock;
    this.frames[fate] += 1;
    this.#fold(`${now} ${from.node}>${to} ${fate} ${message.class}`);
    if (fate !== 'delivered')
      this.#keep(() => `${stamp(now)}  ${from.node} → ${to}  ${messageWords(message)} (${fate})`);
  }

  noted(what: string): void {
    const { now } = this.#clock;
    this.#fold(`${now} ${what}`);
    this.#keep(() => `${stamp(now)}  ### ${what}`);
  }

  tail(): readonly string[] {
    return [...this.#tail.slice(this.#next), ...this.#tail.slice(0, this.#next)].map((word) => word());
  }

  #keep(word: () => string): void {
    this.#tail[this.#next] = word;
    this.#next = (this.#next + 1) % tailLines;
  }

  #fold(text: string): void {
    this.hash = hash48(text, this.hash);
  }
}

function markOf(effect: Effect): Mark | null {
  if (effect.type === 'trace') return effect.event.name;
  if (effect.type !== 'reply' || effect.outcome.type !== 'refused') return null;
  const { code } = effect.outcome;
  return code === 'behind' || code === 'write-lost' ? code : null;
}

function inputWords(input: Input): string {
  switch (input.type) {
    case 'message':
      return `${input.from}: ${messageWords(input.message)}`;
    case 'request':
      return operationWords(input.request.op);
    case 'operator':
      return commandWords(input.command);
    case 'timer':
      return `timer ${input.name}`;
    default:
      return input.type;
  }
}

/** Virtual ms, aligned for six digits. */
function stamp(ms: number): string {
  return ms.toFixed(1).padStart(8);
}
