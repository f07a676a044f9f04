import { epochAt, formatPosition, type Ballot, type Position } from '../position.ts';
import type { Entry } from '../entry.ts';
import type { NodeId } from '../node-id.ts';
import type { FollowerStatus, MessageInput, ModeOptions } from '../protocol.ts';
import {
  isWrite,
  type CopiesOp,
  type Outcome,
  type Request,
  type RequestId,
  type WriteOp,
} from '../request.ts';
import { coveredIndex } from './ack-rule.ts';
import type { Core } from './core.ts';
import type { Ack, Subscribe } from './message.ts';
import { Peers } from './peers.ts';
import { PendingWrites, type PendingWrite } from './pending.ts';
import { formatSettings, parseSettings } from './settings.ts';
import { Stream } from './stream.ts';
import { SyncWatch } from './sync-watch.ts';

interface CopiesWait {
  readonly id: RequestId;
  readonly op: CopiesOp;
  readonly deadlineMs: number;
}

/** Leads one epoch, from its promotion (or restart) until it learns of a higher one. */
export class Leader {
  readonly epoch: Ballot;
  readonly sync: SyncWatch;
  readonly #core: Core;
  readonly #peers: Peers;
  readonly #pending = new PendingWrites();
  #copiesWaits: CopiesWait[] = [];
  #heartbeatSeq = 0;
  #deadlineMs: number | null = null;

  constructor(core: Core, epoch: Ballot) {
    this.#core = core;
    this.epoch = epoch;
    this.sync = new SyncWatch(core);
    this.#peers = new Peers(core);
  }

  start(): void {
    this.#heartbeat();
  }

  leave(): void {
    for (const { id, at } of this.#pending.takeAll()) this.#unknown(id, 'stepped-down', at);
    for (const { id } of this.#copiesWaits)
      this.#core.reply(id, { type: 'refused', code: 'fenced', leader: null });
    this.#copiesWaits = [];
    this.#core.timer('heartbeat', null);
    this.#core.timer('deadline', null);
  }

  /** The configuration in force, as a new entry: replicated like any other (F7). */
  appendConfig(settings: ModeOptions): Entry {
    const entry = this.#core.store.log.append(this.epoch, { kind: 'config', config: settings });
    this.#core.settingsChanged();
    this.sync.restart();
    this.#core.trace('config', { ...settings, at: formatPosition(entry.at) });
    return entry;
  }

  onSet(id: RequestId, changes: ModeOptions): void {
    const settings = parseSettings(
      { ...formatSettings(this.#core.settings), ...changes },
      this.#core.members,
    );
    if (typeof settings === 'string') {
      this.#core.reply(id, { type: 'refused', code: 'unsupported', detail: settings });
      return;
    }
    const { at } = this.appendConfig(formatSettings(settings));
    this.#core.reply(id, { type: 'ok', at, copies: 1, result: { kind: 'written' } });
    this.#armDeadline();
  }

  /** F2. */
  onSubscribe(input: MessageInput, message: Subscribe): void {
    const peer = this.#peers.heard(input.from);
    const { stream } = peer;
    if (stream !== null && stream.disk === input.disk && message.stream <= stream.stream) {
      if (message.stream === stream.stream) stream.open();
      return;
    }
    const { log } = this.#core.store;
    const answer = { class: 'reject', epoch: this.epoch, stream: message.stream } as const;
    const fork = log.fork(message.epochs, message.last);
    if (fork === 'below-base') {
      this.#core.send(input.from, { ...answer, reason: 'needs-snapshot', base: log.base() });
    } else if (fork.index < message.last.index) {
      this.#core.send(input.from, { ...answer, reason: 'fork', fork });
    } else if (log.chainAt(fork) !== message.chain) {
      this.#core.send(input.from, { ...answer, reason: 'diverged', at: fork });
    } else {
      peer.stream = new Stream(this.#core, input.from, input.disk, message);
      this.#core.trace('subscribed', { follower: input.from, from: formatPosition(fork) });
      peer.stream.open();
      this.#advance([]);
    }
  }

  /** F5: an acknowledgement counts with this epoch, the present stream and the disk that subscribed. */
  onAck(input: MessageInput, message: Ack): void {
    const peer = this.#peers.heard(input.from);
    if (message.echo !== null && message.echo <= this.#core.now) peer.rttMs = this.#core.now - message.echo;
    const { stream } = peer;
    if (stream === null || stream.stream !== message.stream || stream.disk !== input.disk) return;
    if (this.#core.store.log.contains(message.received) !== 'yes') return;
    if (stream.onAck(message)) this.#advance([]);
  }

  onRequest(id: RequestId, request: Request): void {
    const { op } = request;
    if (isWrite(op)) this.#write(id, request, op);
    else if (op.kind === 'copies') this.#waitForCopies(id, op);
    else {
      const { state } = this.#core.store;
      this.#core.reply(id, { type: 'ok', at: state.applied(), copies: 1, result: state.read(op) });
    }
  }

  onAppended(entries: readonly Entry[]): void {
    this.#advance(entries);
  }

  onTimer(name: string): void {
    if (name === 'heartbeat') this.#heartbeat();
    if (name === 'deadline') this.#onDeadline();
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  get suspects(): readonly NodeId[] {
    return this.#peers.suspects();
  }

  followers(): readonly FollowerStatus[] {
    return this.#peers.streams().map((stream) => stream.status());
  }

  #write(id: RequestId, { client, seq }: Request, op: WriteOp): void {
    const { log, state } = this.#core.store;
    const identified = client !== undefined && seq !== undefined;
    const repeated = identified ? state.repeated(client, seq) : null;
    if (repeated !== null) {
      this.#wait(id, repeated.at, repeated.result);
      return;
    }
    const executed = state.execute(op);
    if (!executed.ok) {
      this.#core.reply(id, { type: 'refused', code: executed.code });
    } else if (executed.body === null) {
      this.#wait(id, log.last(), executed.result);
    } else {
      const identity = identified ? { client, seq, result: executed.result } : {};
      const { at } = log.append(this.epoch, executed.body, identity);
      this.#pending.add({ id, at, result: executed.result, sinceMs: this.#core.now });
    }
  }

  /** An answer that rests on an entry already there waits for the rule like the write that made it. */
  #wait(id: RequestId, at: Position, result: PendingWrite['result']): void {
    this.#pending.add({ id, at, result, sinceMs: this.#core.now });
    this.#advance([]);
  }

  #waitForCopies(id: RequestId, op: CopiesOp): void {
    this.#copiesWaits.push({ id, op, deadlineMs: this.#core.now + op.timeoutMs });
    this.#advance([]);
    this.#armDeadline();
  }

  /**
   * The one place that decides what is acknowledged and what is sent.
   * I5: a reply goes out only for an index that is committed here and covered by the rule in force.
   * I13: entries leave only within each follower's window, and only committed ones.
   */
  #advance(fresh: readonly Entry[]): void {
    const covered = this.#coveredNow();
    if (covered.index > this.#core.committed.index) this.#core.committed = covered;
    const answerable = this.sync.degraded ? this.#core.durable.index : covered.index;
    for (const write of this.#pending.takeCovered(answerable)) {
      const copies = this.#copiesOf(write.at.index);
      this.#core.reply(write.id, { type: 'ok', at: write.at, copies, result: write.result });
    }
    this.#answerCopies();
    for (const stream of this.#peers.streams()) stream.pump(fresh);
    this.sync.covered(covered);
    if (this.#deadlineMs === null) this.#armDeadline();
  }

  #coveredNow(): Position {
    const { members, self, settings, store, durable } = this.#core;
    const epochs = store.log.epochs();
    const index = coveredIndex(settings, {
      self,
      members,
      held: this.#peers.held(settings.ack),
      durable: durable.index,
      epochFirst: epochs.at(-1)?.firstIndex ?? 0,
      configIndex: this.#core.configIndex,
    });
    return { epoch: epochAt(epochs, index), index };
  }

  #copiesOf(index: number): number {
    return this.#peers.copiesOf(index, this.#core.settings.ack);
  }

  #answerCopies(): void {
    const { now } = this.#core;
    this.#copiesWaits = this.#copiesWaits.filter(({ id, op, deadlineMs }) => {
      const own = op.at.index <= this.#core.durable.index && this.#core.store.log.contains(op.at) === 'yes';
      const copies = own ? this.#copiesOf(op.at.index) : 0;
      if (copies < op.count && now < deadlineMs) return true;
      this.#core.reply(id, { type: 'ok', at: op.at, copies, result: { kind: 'count', count: copies } });
      return false;
    });
  }

  #heartbeat(): void {
    const { heartbeatMs, now } = this.#core;
    this.#heartbeatSeq = Math.max(this.#heartbeatSeq + 1, Math.floor(now));
    for (const peer of this.#peers.all()) {
      this.#core.send(peer.id, {
        class: 'heartbeat',
        epoch: this.epoch,
        stream: peer.stream?.stream ?? null,
        last: this.#core.durable,
        committed: this.#core.committed,
        seq: this.#heartbeatSeq,
        sentAt: now,
      });
      peer.stream?.probe(peer.rttMs);
      this.#peers.suspectIfSilent(peer);
    }
    this.#checkSync();
    this.#core.timer('heartbeat', now + heartbeatMs);
  }

  #onDeadline(): void {
    const { now, settings } = this.#core;
    this.#deadlineMs = null;
    for (const { id, at } of this.#pending.takeOlder(now - settings.writeTimeoutMs)) {
      this.#unknown(id, 'not-replicated', at);
    }
    this.#checkSync();
    this.#advance([]);
  }

  #checkSync(): void {
    const sinceMs = this.#pending.oldestMs();
    if (sinceMs === null) return;
    const policy = this.sync.check(sinceMs);
    if (policy === 'degrade') this.#advance([]);
    if (policy === 'handover') this.#handOver();
  }

  /** F7: the reachable follower that holds most takes the part of the one lost, once it holds its appointment. */
  #handOver(): void {
    const { settings } = this.#core;
    const lost = settings.sync.kind === 'node' ? settings.sync.node : null;
    const heir = this.#peers.heirTo(lost);
    if (heir === null) return;
    const { at } = this.appendConfig(formatSettings({ ...settings, sync: { kind: 'node', node: heir } }));
    this.#core.trace('designated', { node: heir, instead: lost, at: formatPosition(at) });
  }

  #armDeadline(): void {
    const due = this.#nextDeadline();
    if (due === null || due === this.#deadlineMs) return;
    this.#deadlineMs = due;
    this.#core.timer('deadline', due);
  }

  #nextDeadline(): number | null {
    const { settings } = this.#core;
    const due = this.#copiesWaits.map((wait) => wait.deadlineMs);
    const oldest = this.#pending.oldestMs();
    if (oldest !== null) {
      due.push(oldest + settings.writeTimeoutMs);
      if (!this.sync.degraded && !this.sync.lost) due.push(this.sync.dueMs(oldest));
    }
    return due.length === 0 ? null : Math.min(...due);
  }

  #unknown(id: RequestId, code: 'not-replicated' | 'stepped-down', at: Position): void {
    const copies = this.#copiesOf(at.index);
    const outcome: Outcome = { type: 'unknown', code, at, copies };
    this.#core.reply(id, outcome);
    this.#core.trace('write-unknown', { at: formatPosition(at), code, copies });
  }
}
