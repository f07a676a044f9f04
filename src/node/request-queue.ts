import type { Outcome, Request, RequestId } from '../protocol/request.ts';
import type { Clock } from '../protocol/turn.ts';
import type { Counters } from './counters.ts';
import { Fifo } from './fifo.ts';
import type { Source, Taken } from './source.ts';

/** Whoever asks, as far as the queue is concerned. */
export interface Asker {
  /** Nobody reads its replies any more. */
  readonly closed: boolean;
  /** False while it does not read the replies it has: nothing more is executed for it. */
  readonly canTakeReplies: boolean;
}

export interface Asked {
  readonly id: RequestId;
  readonly request: Request;
  /** Size of the command. */
  readonly bytes: number;
  /** Called with the outcome, at most once. */
  readonly answer: (outcome: Outcome) => void;
}

interface Waiting extends Asked {
  readonly since: number;
}

/** Decides when requests may be taken. */
export interface Gate {
  /** Requests are rationed: then no asker has several in a row. */
  readonly rations: boolean;
  isOpen(): boolean;
  /** One that has waited since then is taken. */
  pass(since: number): void;
}

interface Line {
  readonly asker: Asker;
  readonly asked: Fifo<Waiting>;
  /** In line for a turn. One that is not, with something asked, waits for its asker to read. */
  ready: boolean;
}

/** Requests of one asker stepped before the next has its turn: replies of one turn leave in one write each. */
const inARow = 16;

/** Requests that are read and not stepped: in order for each asker, askers in turn. */
export class RequestQueue implements Source {
  readonly #counters: Counters;
  readonly #gate: Gate;
  readonly #now: () => number;
  readonly #lines = new Map<Asker, Line>();
  readonly #ready = new Fifo<Line>();
  /** Whose turn goes on, and how many it has had of it. */
  #serving: Line | null = null;
  #served = 0;
  /** Stepped and not yet answered. */
  readonly #open = new Map<RequestId, Asked>();

  constructor(counters: Counters, gate: Gate, now: () => number) {
    this.#counters = counters;
    this.#gate = gate;
    this.#now = now;
  }

  /** Askers with something to step; none while the gate is shut. */
  get waiting(): number {
    const lines = this.#ready.size + (this.#serving === null ? 0 : 1);
    return lines > 0 && this.#gate.isOpen() ? lines : 0;
  }

  /** Requests that wait to be stepped, and for how long the first of them has. */
  queued(): { readonly requests: number; readonly oldestMs: number } {
    const now = this.#now();
    let requests = 0;
    let since = now;
    for (const { asked } of this.#lines.values()) {
      requests += asked.size;
      since = Math.min(since, asked.first?.since ?? now);
    }
    return { requests, oldestMs: now - since };
  }

  add(asker: Asker, asked: Asked): void {
    let line = this.#lines.get(asker);
    if (line === undefined) {
      line = { asker, asked: new Fifo<Waiting>(), ready: false };
      this.#lines.set(asker, line);
    }
    line.asked.push({ ...asked, since: this.#now() });
    this.#makeReady(line);
  }

  /** To be called when an asker reads again, or is gone. True when something of it now waits for a turn. */
  revive(asker: Asker): boolean {
    const line = this.#lines.get(asker);
    if (line === undefined || line.ready || line.asked.size === 0) return false;
    this.#makeReady(line);
    return true;
  }

  take({ now, wall }: Clock): Taken | null {
    while (this.waiting > 0) {
      if (this.#serving === null) this.#served = 0;
      const line = this.#serving ?? this.#ready.shift()!;
      this.#serving = null;
      line.ready = false;
      if (line.asker.closed) this.#forget(line);
      else if (line.asker.canTakeReplies) {
        const asked = line.asked.shift()!;
        this.#served += 1;
        if (line.asked.size === 0) this.#lines.delete(line.asker);
        else if (this.#served < inARow && !this.#gate.rations) this.#serve(line);
        else this.#makeReady(line);
        this.#open.set(asked.id, asked);
        this.#gate.pass(asked.since);
        return {
          input: { type: 'request', id: asked.id, request: asked.request, now, wall },
          bytes: asked.bytes,
        };
      }
    }
    return null;
  }

  /** False when nobody here asked that. */
  reply(id: RequestId, outcome: Outcome): boolean {
    const asked = this.#open.get(id);
    if (asked === undefined) return false;
    this.#open.delete(id);
    asked.answer(outcome);
    return true;
  }

  /** Answers everything: what was stepped, and what was not. */
  answerAll(stepped: Outcome, waiting: Outcome): void {
    for (const { answer } of this.#open.values()) answer(stepped);
    this.#open.clear();
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    for (const { asked } of lines) {
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) next.answer(waiting);
    }
  }

  #serve(line: Line): void {
    line.ready = true;
    this.#serving = line;
  }

  #makeReady(line: Line): void {
    if (line.ready) return;
    line.ready = true;
    this.#ready.push(line);
  }

  #forget(line: Line): void {
    this.#lines.delete(line.asker);
    while (line.asked.shift() !== undefined) this.#counters.count('client-gone');
  }
}
