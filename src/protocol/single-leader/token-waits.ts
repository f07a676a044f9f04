import { formatPosition, type Position } from '../position.ts';
import type { Request, RequestId } from '../request.ts';
import { checkToken, type TokenCheck } from '../token.ts';
import type { Core } from './core.ts';

interface Waiting {
  readonly id: RequestId;
  readonly request: Request;
  readonly untilMs: number;
}

/** Reads that wait until the log contains what their client has seen (S1). They outlive roles: any log may do. */
export class TokenWaits {
  readonly #core: Core;
  #waiting: Waiting[] = [];
  #dueMs: number | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  check(tokens: readonly Position[]): TokenCheck {
    const { log, state } = this.#core.store;
    return checkToken({ epochs: log.epochs(), last: log.last(), applied: state.applied() }, tokens);
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#dueMs !== null && this.#dueMs <= waiting.untilMs) return;
    this.#dueMs = waiting.untilMs;
    this.#core.timer('token', this.#dueMs);
  }

  /** All of them, to be looked at again: those that still have to wait come back by `add`. */
  takeAll(): readonly Waiting[] {
    const all = this.#waiting;
    if (all.length === 0) return all;
    this.#waiting = [];
    this.#dueMs = null;
    this.#core.timer('token', null);
    return all;
  }

  refuse(id: RequestId, { held, token, forkedAt }: Exclude<TokenCheck, { held: 'yes' }>): void {
    if (held === 'lost') {
      this.#core.reply(id, { type: 'refused', code: 'write-lost', lost: { token, forkedAt } });
      return;
    }
    const applied = formatPosition(this.#core.store.state.applied());
    const detail = `this node is at ${applied}, and the client has seen ${formatPosition(token)}`;
    this.#core.reply(id, { type: 'refused', code: 'behind', detail });
  }
}
