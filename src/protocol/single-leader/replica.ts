import { unreachable } from '../../lib/assert.ts';
import { nodeOfDisk, type NodeId } from '../node-id.ts';
import { compareBallots, formatBallot, formatPosition, sameBallot, type Ballot } from '../position.ts';
import type {
  Boot,
  Effect,
  Input,
  MessageInput,
  ModeOptions,
  OperatorCommand,
  Replica,
  ReplicaStatus,
} from '../protocol.ts';
import { isWrite, type Op, type Request, type RequestId } from '../request.ts';
import { Core } from './core.ts';
import { Follower, needsSnapshot, type FollowerStart } from './follower.ts';
import { Leader } from './leader.ts';
import type { SingleLeaderMessage } from './message.ts';
import { formatSettings, parseSettings } from './settings.ts';
import { TokenWaits } from './token-waits.ts';

/** The role a replica has, in the epoch it promised. Rules: README.md. */
export class SingleLeaderReplica implements Replica {
  readonly #core: Core;
  readonly #tokens: TokenWaits;
  #role: Leader | Follower;

  constructor(boot: Boot) {
    this.#core = new Core(boot);
    this.#tokens = new TokenWaits(this.#core);
    this.#role = new Follower(this.#core, { deposed: false, stopped: null });
  }

  step(input: Input): readonly Effect[] {
    this.#core.now = input.now;
    switch (input.type) {
      case 'start':
        this.#start();
        break;
      case 'message':
        this.#onMessage(input);
        break;
      case 'request':
        this.#onRequest(input.id, input.request);
        break;
      case 'timer':
        if (input.name === 'token') this.#serveWaiting();
        else this.#role.onTimer(input.name);
        break;
      case 'appended':
        this.#core.durable = this.#core.store.log.last();
        this.#role.onAppended(input.entries);
        this.#serveWaiting();
        break;
      case 'operator':
        this.#onOperator(input.id, input.command);
        break;
      default:
        unreachable(input);
    }
    return this.#core.takeEffects();
  }

  status(): ReplicaStatus {
    const { store, promised, settings, configIndex, self, committed } = this.#core;
    const { log, state } = store;
    const role = this.#role;
    const leading = role instanceof Leader;
    const received = log.last();
    return {
      role: leading ? 'leader' : 'follower',
      epoch: promised,
      leader: leading ? self : role.knownLeader,
      received,
      durable: this.#core.durable,
      applied: state.applied(),
      committed,
      chain: log.chainAt(received)!,
      base: log.base(),
      epochs: log.epochs(),
      logBytes: log.bytes(),
      digest: state.digest(),
      keys: state.size(),
      suspects: leading ? role.suspects : suspectsOf(role),
      stopped: leading ? null : role.stopped,
      rewinding: leading ? false : role.rewinding,
      settings: formatSettings(settings),
      settingsAt: configIndex,
      pending: leading ? role.pendingCount : 0,
      degraded: leading ? role.sync.degraded : false,
      followers: leading ? role.followers() : [],
    };
  }

  /** A restarted leader goes on leading its own newest epoch: nobody else can hold that ballot (I1). */
  #start(): void {
    const { epochs, disk, promised } = this.#facts();
    const newest = epochs.at(-1)?.epoch;
    if (newest !== undefined && promised.disk === disk && sameBallot(newest, promised)) {
      this.#lead(promised);
      return;
    }
    (this.#role as Follower).start();
  }

  #facts() {
    const { local, log } = this.#core.store;
    return { ...local.get(), epochs: log.epochs() };
  }

  #onMessage(input: MessageInput): void {
    if (!this.#core.peers.includes(input.from)) return;
    const message = input.message as SingleLeaderMessage;
    const { promised } = this.#core;
    const order = compareBallots(message.epoch, promised);
    if (order < 0) {
      this.#onOldEpoch(input.from, message);
      return;
    }
    if (order > 0) this.#onNewEpoch(input.from, message);
    const role = this.#role;
    switch (message.class) {
      case 'heartbeat':
        if (role instanceof Follower && leads(input.from, message.epoch)) role.onHeartbeat(input, message);
        return;
      case 'append':
        if (role instanceof Follower && leads(input.from, message.epoch)) role.onAppend(message);
        return;
      case 'reject':
        if (role instanceof Follower && leads(input.from, message.epoch)) role.onReject(message);
        return;
      case 'subscribe':
        if (role instanceof Leader) role.onSubscribe(input, message);
        return;
      case 'ack':
        if (role instanceof Leader) role.onAck(input, message);
        return;
      default:
        unreachable(message);
    }
  }

  /** F15: whoever still leads an old epoch is told. */
  #onOldEpoch(from: NodeId, message: SingleLeaderMessage): void {
    if (message.class !== 'heartbeat' && message.class !== 'append') return;
    const { promised } = this.#core;
    this.#core.send(from, { class: 'reject', epoch: promised, stream: null, reason: 'stale-epoch' });
  }

  /** F1, F15: any message of a higher epoch ends this one here. */
  #onNewEpoch(from: NodeId, message: SingleLeaderMessage): void {
    this.#follow(message.epoch, `${message.class} of ${formatBallot(message.epoch)} from ${from}`);
  }

  /** F15: a client's word for a higher epoch counts like a message's: whoever it comes from, it was led once. */
  #onRequest(id: RequestId, request: Request): void {
    const { epochSeen } = request;
    if (epochSeen !== undefined && compareBallots(epochSeen, this.#core.promised) > 0) {
      this.#follow(epochSeen, `a client has seen ${formatBallot(epochSeen)}`);
      this.#core.reply(id, { type: 'refused', code: 'stale-leader', leader: null });
      return;
    }
    this.#serve(id, request, this.#core.now + (request.waitMs ?? 0));
  }

  /**
   * S1: what follows a token is served by a log that contains it. A read may wait for that. A write may not:
   * a leader's log gets no entries but its own, so that what it lacks of an older epoch it will never have.
   */
  #serve(id: RequestId, request: Request, untilMs: number): void {
    const { op, after } = request;
    const check = after === undefined || !this.#serves(op) ? null : this.#tokens.check(after);
    if (check === null || check.held === 'yes') this.#role.onRequest(id, request);
    else if (check.held === 'not-yet' && !isWrite(op) && this.#core.now < untilMs)
      this.#tokens.add({ id, request, untilMs });
    else this.#tokens.refuse(id, check);
  }

  #serves(op: Op): boolean {
    return this.#role instanceof Leader ? op.kind !== 'copies' : this.#role.serves(op);
  }

  #serveWaiting(): void {
    for (const { id, request, untilMs } of this.#tokens.takeAll()) this.#serve(id, request, untilMs);
  }

  #onOperator(id: RequestId, command: OperatorCommand): void {
    switch (command.kind) {
      case 'promote':
        this.#promote(id, command.ballot, command.settings ?? {});
        return;
      case 'set':
        if (this.#role instanceof Leader) this.#role.onSet(id, command.settings);
        else this.#core.reply(id, { type: 'refused', code: 'not-leader', leader: this.#role.knownLeader });
        return;
      default:
        unreachable(command);
    }
  }

  /** Every new leader first appends `epochStart`: its epoch is in a log before anything is said in it. */
  #promote(id: RequestId, ballot: Ballot, given: ModeOptions): void {
    const refusal = this.#refusalOf(ballot);
    if (refusal !== null) {
      this.#core.reply(id, { type: 'refused', code: 'unsupported', detail: refusal });
      return;
    }
    const { log, local } = this.#core.store;
    const hasConfig = log.newest('config') !== null;
    const base = hasConfig ? formatSettings(this.#core.settings) : this.#core.options;
    const settings = parseSettings({ ...base, ...given }, this.#core.members);
    if (typeof settings === 'string') {
      this.#core.reply(id, { type: 'refused', code: 'unsupported', detail: settings });
      return;
    }
    this.#role.leave();
    local.promise(ballot);
    const { at } = log.append(ballot, { kind: 'epochStart' });
    const leader = this.#lead(ballot);
    if (!hasConfig || Object.keys(given).length > 0) leader.appendConfig(formatSettings(settings));
    this.#core.trace('promoted', { epoch: formatBallot(ballot), at: formatPosition(at) });
    this.#core.reply(id, { type: 'ok', at, copies: 1, result: { kind: 'written' } });
  }

  #refusalOf(ballot: Ballot): string | null {
    const { disk, promised } = this.#facts();
    if (ballot.disk !== disk) return `the ballot ${formatBallot(ballot)} is another disk's`;
    if (compareBallots(ballot, promised) <= 0) return `it has promised ${formatBallot(promised)}`;
    if (this.#role instanceof Follower && this.#role.stopped !== null)
      return `it is stopped: ${this.#role.stopped}`;
    return null;
  }

  #lead(epoch: Ballot): Leader {
    const leader = new Leader(this.#core, epoch);
    this.#role = leader;
    leader.start();
    return leader;
  }

  #follow(epoch: Ballot, why: string): void {
    const role = this.#role;
    const start: FollowerStart = {
      deposed: role instanceof Leader,
      // Another leader may hold what the last one had trimmed; other stops are the operator's to look at.
      stopped: role instanceof Leader || role.stopped === needsSnapshot ? null : role.stopped,
    };
    role.leave();
    if (role instanceof Leader) {
      this.#core.trace('stepped-down', { epoch: formatBallot(role.epoch), why });
    }
    this.#core.store.local.promise(epoch);
    this.#role = new Follower(this.#core, start);
  }
}

function leads(node: NodeId, epoch: Ballot): boolean {
  return nodeOfDisk(epoch.disk) === node;
}

function suspectsOf(follower: Follower): readonly NodeId[] {
  return follower.suspectsLeader && follower.leader !== null ? [follower.leader] : [];
}
