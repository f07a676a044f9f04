import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import {
  compareBallots,
  formatBallot,
  formatPosition,
  type Ballot,
  type Position,
} from '../protocol/position.ts';
import type { Effect, Input, Message, ReplicaStatus } from '../protocol/protocol.ts';
import { majorityOf } from '../protocol/quorum.ts';
import {
  isWrite,
  type Op,
  type Outcome,
  type Request,
  type RequestId,
  type WriteOp,
} from '../protocol/request.ts';
import type { Ghost } from './ghost.ts';
import { changesOf, type Mirror } from './mirror.ts';
import type { Turn } from './turn.ts';

type Ok = Extract<Outcome, { type: 'ok' }>;

interface Asked {
  readonly request: Request;
  /** The highest ballot this process had met when it stepped the request. */
  readonly learned: Ballot | null;
}

/** One process: what it was asked, and the highest ballot any message or client told it. */
interface Process {
  /** Boots count from 1 again on a wiped node's next disk. */
  readonly disk: DiskId;
  readonly boot: number;
  learned: Ballot | null;
  readonly asked: Map<RequestId, Asked>;
}

/** How often a write with this value was stepped, and how often it was refused. */
interface Tries {
  stepped: number;
  refused: number;
  logged: boolean;
}

/** Judges every answer at the instant it is given, by what the disks hold at that instant. */
export class ReplyRules {
  /** Told of each write answered with `ok`: its entry, and the leader's epoch. */
  onAcknowledged: (entry: Entry, mirror: Mirror, epoch: Ballot) => void = () => {};
  readonly #ghost: Ghost;
  readonly #processes = new Map<NodeId, Process>();
  readonly #tries = new Map<string, Tries>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
    ghost.onEntry.push((entry) => this.#logged(entry));
  }

  /** To be told before the ghost reads what the turn wrote. */
  stepped(turn: Turn): void {
    const process = this.#processOf(turn);
    for (const input of turn.inputs) this.#stepped(process, input, turn.failed);
  }

  /** And this after. */
  replied(turn: Turn): void {
    const process = this.#processOf(turn);
    for (const effect of turn.effects) if (effect.type === 'reply') this.#reply(turn, process, effect);
  }

  #processOf({ node }: Turn): Process {
    const boot = node.boot ?? 0;
    const known = this.#processes.get(node.id);
    if (known?.disk === node.disk && known.boot === boot) return known;
    const process = { disk: node.disk, boot, learned: null, asked: new Map<RequestId, Asked>() };
    this.#processes.set(node.id, process);
    return process;
  }

  #stepped(process: Process, input: Input, failed: boolean): void {
    if (input.type === 'request') {
      const { id, request } = input;
      if (!failed) process.learned = higher(process.learned, request.epochSeen ?? null);
      process.asked.set(id, { request, learned: process.learned });
      for (const value of tagsOf(request.op)) this.#triesOf(value).stepped += 1;
    } else if (input.type === 'message' && !failed) {
      process.learned = higher(process.learned, ballotIn(input.message));
    }
  }

  #reply(turn: Turn, process: Process, { id, outcome }: Extract<Effect, { type: 'reply' }>): void {
    const asked = process.asked.get(id);
    if (asked === undefined) return;
    process.asked.delete(id);
    const { op } = asked.request;
    if (outcome.type === 'refused') this.#refused(turn, op);
    if (outcome.type !== 'ok') return;
    const mirror = this.#ghost.of(turn.node.id);
    if (isWrite(op)) this.#acknowledged(turn, mirror, asked, outcome);
    else if (op.kind === 'copies') this.#copies(turn, mirror, outcome);
    else this.#read(turn, mirror, op, outcome);
  }

  /** B0.1: refused is definite. */
  #refused({ node }: Turn, op: Op): void {
    for (const value of tagsOf(op)) {
      const tries = this.#triesOf(value);
      tries.refused += 1;
      assert(tries.refused < tries.stepped || !tries.logged, 'B0.1: a refused write did not happen', {
        node: node.id,
        value,
      });
    }
  }

  #logged(entry: Entry): void {
    for (const change of changesOf(entry)) {
      const tries = change.new === null ? undefined : this.#tries.get(tagIn(change.new));
      if (tries === undefined) continue;
      tries.logged = true;
      assert(tries.refused < tries.stepped, 'B0.1: a refused write does not happen later', {
        at: formatPosition(entry.at),
        value: change.new,
      });
    }
  }

  #triesOf(value: string): Tries {
    let tries = this.#tries.get(value);
    if (tries === undefined) {
      tries = { stepped: 0, refused: 0, logged: false };
      this.#tries.set(value, tries);
    }
    return tries;
  }

  #acknowledged(turn: Turn, mirror: Mirror, { request, learned }: Asked, outcome: Ok): void {
    const facts = { node: mirror.node, at: formatPosition(outcome.at) };
    const led = [turn.before, turn.after]
      .filter((status) => status?.role === 'leader')
      .map((status) => status!.epoch);
    assert(led.length > 0, 'only a leader acknowledges writes', facts);
    const fenced = learned !== null && led.every((epoch) => compareBallots(learned, epoch) > 0);
    assert(!fenced, 'I8: no ok to a write received after a higher ballot was known', {
      ...facts,
      learned: learned === null ? null : formatBallot(learned),
    });
    const entry = mirror.at(outcome.at);
    assert(entry !== null, "I5: an acknowledged write is on its leader's disk", facts);
    const { client, seq } = request;
    if (client !== undefined && entry.client === client && entry.seq === seq) {
      assert(
        JSON.stringify(entry.result) === JSON.stringify(outcome.result),
        'B0.1: a repeated write answers what the first one did',
        facts,
      );
    }
    this.#copiesTrue(turn, mirror, entry, outcome.copies);
    const judged = [turn.before, turn.after].filter((status) => status !== null);
    const held = judged.some((status) => this.#ruleHolds(status, mirror, entry, outcome.copies));
    assert(held, 'I5: ok is sent only when the acknowledgement rule holds', {
      ...facts,
      rule: judged
        .map(({ settings, degraded }) => `${settings['sync']}${degraded ? ' (degraded)' : ''}`)
        .join(' or '),
      ack: judged.at(-1)?.settings['ack'],
      holders: this.#ghost.holders(entry, mirror.node, false).join(','),
    });
    this.onAcknowledged(entry, mirror, led.at(-1)!);
  }

  /** F5, worked out anew from the disks. */
  #ruleHolds(
    { settings, degraded, epoch }: ReplicaStatus,
    mirror: Mirror,
    entry: Entry,
    copies: number,
  ): boolean {
    if (degraded) return true;
    const { members } = this.#ghost;
    const leader = mirror.node;
    const applied = settings['ack'] === 'applied';
    const holders = this.#ghost.holders(entry, leader, applied);
    const sync = settings['sync'] ?? 'none';
    const others = members.length - 1;
    const enough = (count: number): boolean => holders.length >= count && copies >= count + 1;
    if (sync === 'none') return true;
    if (sync === 'all') return enough(others);
    if (sync === 'majority')
      return enough(majorityOf(members.length) - 1) && this.#ownEpochHeld(mirror, epoch, applied);
    if (members.includes(sync)) return sync === leader ? enough(Math.min(1, others)) : holders.includes(sync);
    return enough(Number(sync));
  }

  /** Raft 5.4.2: a majority covers nothing before it holds an entry of the leader's own epoch. */
  #ownEpochHeld(mirror: Mirror, epoch: Ballot, applied: boolean): boolean {
    const first = mirror.entries.find(({ at }) => compareBallots(at.epoch, epoch) === 0);
    const holders = first === undefined ? [] : this.#ghost.holders(first, mirror.node, applied);
    return holders.length >= majorityOf(this.#ghost.members.length) - 1;
  }

  #copiesTrue({ before, after }: Turn, mirror: Mirror, entry: Entry, copies: number): void {
    const applied = [before, after].every(
      (status) => status === null || status.settings['ack'] === 'applied',
    );
    const holders = this.#ghost.holders(entry, mirror.node, applied);
    assert(copies <= 1 + holders.length, 'I5: copies are no more than disks hold', {
      node: mirror.node,
      at: formatPosition(entry.at),
      copies,
      holders: holders.join(','),
    });
  }

  #copies(turn: Turn, mirror: Mirror, outcome: Ok): void {
    const entry = mirror.at(outcome.at);
    if (entry !== null) this.#copiesTrue(turn, mirror, entry, outcome.copies);
    else
      assert(outcome.copies === 0, 'I5: no copies are claimed of what is not in the log', {
        node: mirror.node,
      });
  }

  #read(turn: Turn, mirror: Mirror, op: Op, { at, result }: Ok): void {
    const facts = { node: mirror.node, op: JSON.stringify(op), at: formatPosition(at) };
    assert(at.index === 0 || mirror.at(at) !== null, 'a read is made at a position of the log', facts);
    this.#readOfBranch(turn, mirror, at);
    const expected = expectedRead(mirror, op, at);
    if (expected === null) return;
    assert(
      JSON.stringify(result) === JSON.stringify(expected),
      'a read shows what the log makes at its position',
      {
        ...facts,
        result: JSON.stringify(result),
        expected: JSON.stringify(expected),
      },
    );
  }

  /** F3: a follower does not show what the leader it follows never had. */
  #readOfBranch({ before, after }: Turn, mirror: Mirror, at: Position): void {
    if (before?.role !== 'follower' || after?.role !== 'follower' || at.index === 0) return;
    const epoch = compareBallots(before.epoch, after.epoch) < 0 ? before.epoch : after.epoch;
    const branch = compareBallots(at.epoch, epoch) < 0 ? this.#ghost.branch(epoch) : null;
    const there = branch === null || branch[at.index - 1]?.chain === mirror.at(at)?.chain;
    assert(there, 'F3: a node that has to rewind serves no reads', {
      node: mirror.node,
      at: formatPosition(at),
      follows: formatBallot(epoch),
    });
  }
}

function expectedRead(mirror: Mirror, op: Op, at: Position): Ok['result'] | null {
  switch (op.kind) {
    case 'get':
      return { kind: 'value', value: mirror.valueAt(op.key, at) };
    case 'mget':
      return { kind: 'values', values: op.keys.map((key) => mirror.valueAt(key, at)) };
    case 'exists':
      return { kind: 'count', count: op.keys.filter((key) => mirror.valueAt(key, at) !== null).length };
    default:
      return null;
  }
}

function higher(a: Ballot | null, b: Ballot | null): Ballot | null {
  if (a === null || b === null) return a ?? b;
  return compareBallots(a, b) >= 0 ? a : b;
}

/** Every message of a mode with epochs says the sender's in `epoch`. */
function ballotIn(message: Message): Ballot | null {
  const { epoch } = message as { readonly epoch?: Ballot };
  return epoch ?? null;
}

/** Values of puts and swaps are unique in a run, so that a write is known by what it left. */
function tagsOf(op: Op): readonly string[] {
  return isWrite(op) ? writeTags(op) : [];
}

function writeTags(op: WriteOp): readonly string[] {
  if (op.kind === 'put') return [tagIn(op.value)];
  return op.kind === 'cas' && op.value !== null ? [tagIn(op.value)] : [];
}

/** Long values are padded behind the tag. */
function tagIn(value: string): string {
  const end = value.indexOf(' ');
  return end < 0 ? value : value.slice(0, end);
}
