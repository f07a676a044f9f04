import { unreachable } from '../../lib/assert.ts';
import type { Entry } from '../entry.ts';
import type { NodeId } from '../node-id.ts';
import { formatBallot, formatPosition, samePosition, type Position } from '../position.ts';
import type { MessageInput } from '../protocol.ts';
import { isWrite, type Op, type Outcome, type Request, type RequestId } from '../request.ts';
import type { Core } from './core.ts';
import type { Append, Heartbeat, Reject, StreamId } from './message.ts';
import { rewind } from './rewind.ts';

export interface FollowerStart {
  /** It led until now: writes are refused as fenced until it knows the new leader. */
  readonly deposed: boolean;
  readonly stopped: string | null;
}

export const needsSnapshot = 'needs snapshot';

/** How long to wait for a subscription's answer before sending it again. */
const resubscribeMs = 300;
/** F1: a gap asks for a new stream at most this often. */
const gapMs = 100;
const pageBytes = 1024 * 1024;
/** Low part of a stream id: milliseconds of one boot; above it the boot, so that ids ascend over a disk's life. */
const streamsPerBoot = 2 ** 36;

/**
 * Takes entries from the leader of the epoch it promised, on one stream at a time that it opens itself.
 * A new epoch makes a new Follower.
 */
export class Follower {
  leader: NodeId | null = null;
  suspectsLeader = false;
  stopped: string | null;
  readonly #core: Core;
  readonly #deposed: boolean;
  #heard = { boot: -1, seq: -1 };
  #stream: StreamId | null = null;
  /** The leader took this stream: the log is a prefix of the leader's. */
  #accepted = false;
  #subscribedAt = Number.NEGATIVE_INFINITY;

  constructor(core: Core, start: FollowerStart) {
    this.#core = core;
    this.#deposed = start.deposed;
    this.stopped = start.stopped;
  }

  /** Applies what an earlier boot received and did not apply. */
  start(): void {
    this.#apply([]);
  }

  leave(): void {
    this.#core.timer('suspect', null);
    this.#core.timer('subscribe', null);
  }

  onHeartbeat(input: MessageInput, message: Heartbeat): void {
    const { boot } = input;
    const fresh = boot > this.#heard.boot || (boot === this.#heard.boot && message.seq > this.#heard.seq);
    if (!fresh) return;
    this.#heard = { boot, seq: message.seq };
    this.#adopt(input.from);
    this.#armSuspicion();
    if (message.stream !== this.#stream || !this.#accepted) this.#subscribeAfter(resubscribeMs);
    this.#commit(message.committed);
    this.#ack(message.sentAt);
  }

  onAppend(message: Append): void {
    if (message.stream !== this.#stream || this.stopped !== null) return;
    const { log } = this.#core.store;
    const lastBefore = log.last();
    const received = log.receive(message.previous, message.previousChain, message.entries);
    switch (received) {
      case 'gap':
        this.#newStreamAfter(gapMs);
        return;
      case 'fork':
        this.#stop(`diverged at ${formatPosition(message.previous)}`);
        return;
      case 'ok':
        this.#accepted = true;
        if (message.entries.some((entry) => entry.body.kind === 'config')) this.#core.settingsChanged();
        this.#apply(message.entries);
        this.#commit(message.committed);
        if (samePosition(lastBefore, log.last())) this.#ack(null);
        return;
      default:
        unreachable(received);
    }
  }

  /** A reject counts for the present stream alone: a late one must not cut a log that has moved on. */
  onReject(message: Reject): void {
    if (message.stream === null || message.stream !== this.#stream || this.stopped !== null) return;
    switch (message.reason) {
      case 'stale-epoch':
        return;
      case 'needs-snapshot':
        this.#stop(needsSnapshot);
        return;
      case 'diverged':
        this.#stop(`diverged at ${formatPosition(message.at)}`);
        return;
      case 'fork':
        this.#onFork(message.fork);
        return;
      default:
        unreachable(message);
    }
  }

  /** After the commit: what was received is durable now, and may be acknowledged. */
  onAppended(): void {
    if (this.#accepted) this.#ack(null);
  }

  onTimer(name: string): void {
    if (name === 'subscribe') this.#subscribe();
    if (name === 'suspect' && !this.suspectsLeader && this.leader !== null) {
      this.suspectsLeader = true;
      this.#core.trace('suspected', { node: this.leader, epoch: formatBallot(this.#core.promised) });
    }
  }

  onRequest(id: RequestId, request: Request): void {
    this.#core.reply(id, this.#answer(request));
  }

  /** Reads are refused while the log may end in a tail that the leader never had. */
  get rewinding(): boolean {
    return !this.#accepted && this.#core.tailInDoubt();
  }

  /** It would answer this itself, and not refuse it. */
  serves(op: Op): boolean {
    return !isWrite(op) && op.kind !== 'copies' && this.stopped === null && !this.rewinding;
  }

  /** Whom clients should go to; null when nobody is known to lead. */
  get knownLeader(): NodeId | null {
    return this.suspectsLeader ? null : this.leader;
  }

  #answer({ op }: Request): Outcome {
    if (isWrite(op) || op.kind === 'copies') {
      if (this.knownLeader !== null) return { type: 'refused', code: 'not-leader', leader: this.knownLeader };
      return { type: 'refused', code: this.#deposed ? 'fenced' : 'no-leader', leader: null };
    }
    if (this.stopped !== null) return { type: 'refused', code: 'stopped', detail: this.stopped };
    if (this.rewinding) return { type: 'refused', code: 'rewinding', leader: this.knownLeader };
    const { state } = this.#core.store;
    return { type: 'ok', at: state.applied(), copies: 1, result: state.read(op) };
  }

  #adopt(leader: NodeId): void {
    if (this.leader === null) {
      this.leader = leader;
      this.#core.trace('following', { leader, epoch: formatBallot(this.#core.promised) });
      if (this.stopped === null) this.#newStream();
      return;
    }
    if (!this.suspectsLeader) return;
    this.suspectsLeader = false;
    this.#core.trace('unsuspected', { node: leader });
  }

  /** F8, with chance added so that followers do not all suspect at once. */
  #armSuspicion(): void {
    const { now, electionTimeoutMs, rng } = this.#core;
    this.#core.timer('suspect', now + electionTimeoutMs + rng.below(electionTimeoutMs / 2));
  }

  #onFork(fork: Position): void {
    // The rest of this turn's entries is not committed yet, so it cannot be read back: the leader asks again.
    if (!samePosition(this.#core.durable, this.#core.store.log.last())) return;
    if (rewind(this.#core, fork)) this.#newStream();
    else this.#stop(needsSnapshot);
  }

  #newStreamAfter(ms: number): void {
    const due = this.#subscribedAt + ms;
    if (this.#core.now >= due) this.#newStream();
    else {
      this.#drawStream();
      this.#core.timer('subscribe', due);
    }
  }

  #newStream(): void {
    this.#drawStream();
    this.#subscribe();
  }

  #drawStream(): void {
    const { boot } = this.#core.store.local.get();
    const drawn = boot * streamsPerBoot + Math.floor(this.#core.now);
    this.#stream = Math.max(drawn, (this.#stream ?? 0) + 1);
    this.#accepted = false;
  }

  /** The same stream again: a leader that serves it already says so with an empty append. */
  #subscribeAfter(ms: number): void {
    if (this.#core.now >= this.#subscribedAt + ms) this.#subscribe();
  }

  #subscribe(): void {
    if (this.leader === null || this.#stream === null || this.stopped !== null) return;
    const { log } = this.#core.store;
    const last = log.last();
    this.#subscribedAt = this.#core.now;
    this.#core.send(this.leader, {
      class: 'subscribe',
      epoch: this.#core.promised,
      stream: this.#stream,
      epochs: log.epochs(),
      last,
      chain: log.chainAt(last)!,
    });
  }

  #apply(received: readonly Entry[]): void {
    const { log, state } = this.#core.store;
    for (;;) {
      const next = state.applied().index + 1;
      if (this.stopped !== null || next > log.last().index) return;
      const offset = next - (received[0]?.at.index ?? Number.POSITIVE_INFINITY);
      const entries = offset >= 0 ? received.slice(offset) : log.read(state.applied(), pageBytes);
      if (entries.length === 0) return;
      for (const entry of entries) {
        const applied = state.apply(entry);
        if (!applied.ok) {
          this.#stop(`${applied.stopped} at ${formatPosition(entry.at)}`);
          return;
        }
      }
    }
  }

  /** What the leader's rule covers, as far as this log holds it and the leader has taken the stream. */
  #commit(covered: Position): void {
    const { durable, committed, store } = this.#core;
    if (!this.#accepted || covered.index <= committed.index) return;
    const reachable = covered.index <= durable.index ? covered : durable;
    if (store.log.contains(reachable) === 'yes') this.#core.committed = reachable;
  }

  #ack(echo: number | null): void {
    if (this.leader === null) return;
    const { durable, promised, store } = this.#core;
    const applied = store.state.applied();
    this.#core.send(this.leader, {
      class: 'ack',
      epoch: promised,
      stream: this.#accepted ? this.#stream : null,
      received: durable,
      durable,
      applied: applied.index <= durable.index ? applied : durable,
      echo,
    });
  }

  #stop(reason: string): void {
    this.stopped = reason;
    this.#core.trace('stopped', { reason, at: formatPosition(this.#core.store.state.applied()) });
  }
}
