import type { OperatorCommand } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { Clock } from '../protocol/turn.ts';
import { Fifo } from './fifo.ts';
import type { Source, Taken } from './source.ts';

interface Asked {
  readonly id: RequestId;
  readonly command: OperatorCommand;
  readonly answer: (outcome: Outcome) => void;
}

/** Commands of the operator on their way through a turn. Each is answered once. */
export class Operators implements Source {
  readonly #waiting = new Fifo<Asked>();
  readonly #open = new Map<RequestId, Asked>();

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(id: RequestId, command: OperatorCommand, answer: (outcome: Outcome) => void): void {
    this.#waiting.push({ id, command, answer });
  }

  take({ now, wall }: Clock): Taken | null {
    const asked = this.#waiting.shift();
    if (asked === undefined) return null;
    this.#open.set(asked.id, asked);
    return { input: { type: 'operator', id: asked.id, command: asked.command, now, wall }, bytes: 0 };
  }

  /** False when no operator asked that. */
  reply(id: RequestId, outcome: Outcome): boolean {
    const asked = this.#open.get(id);
    if (asked === undefined) return false;
    this.#open.delete(id);
    asked.answer(outcome);
    return true;
  }

  stop(): void {
    for (const { answer } of this.#open.values()) answer({ type: 'unknown', code: 'node-stopping' });
    this.#open.clear();
    for (let asked = this.#waiting.shift(); asked !== undefined; asked = this.#waiting.shift()) {
      asked.answer({ type: 'refused', code: 'turn-failed', detail: 'this node is stopping' });
    }
  }
}
