import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import { compareBallots, formatBallot, formatPosition, type Ballot } from '../protocol/position.ts';
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
import type { SimNode } from './node.ts';
import { ReadRules } from './read-rules.ts';
import { sessionRules } from './session-rules.ts';
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
  /** All it was ever asked: one stepped again is no other try. */
  readonly met: Set<RequestId>;
}

/** How often a write with this value was stepped, and how often it was refused. */
interface Tries {
  stepped: number;
  refused: number;
  logged: boolean;
}

/** Judges every answer at the instant it is given, by what the disks hold at that instant. */
export class ReplyRules {
  /** Told of the entry of each write answered with `ok`. */
  onAcknowledged: (entry: Entry) => void = () => {};
  readonly #ghost: Ghost;
  readonly #reads: ReadRules;
  readonly #processes = new Map<NodeId, Process>();
  readonly #tries = new Map<string, Tries>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
    this.#reads = new ReadRules(ghost);
    ghost.onEntry.push((entry) => this.#logged(entry));
  }

  /** To be told before the ghost reads what the turn wrote. */
  stepped(turn: Turn): void {
    const process = this.#processOf(turn.node);
    for (const input of turn.inputs) this.#stepped(process, input, turn.failed);
  }

  /** And this after. */
  replied(turn: Turn): void {
    const process = this.#processOf(turn.node);
    for (const effect of turn.effects) if (effect.type === 'reply') this.#reply(turn, process, effect);
    if (turn.after === null) return;
    const mirror = this.#ghost.of(turn.node.id);
    for (const { request } of process.asked.values()) sessionRules.waits(mirror, turn.after, request);
  }

  /** At rest: whoever asked a process that still runs was told something. */
  concluded(nodes: Iterable<SimNode>): void {
    for (const node of nodes) {
      const open = [...this.#processOf(node).asked.values()].map(({ request }) => request.op.kind);
      assert(open.length === 0, 'B0.1: every request is answered', { node: node.id, open: open.join(',') });
    }
  }

  #processOf(node: SimNode): Process {
    const boot = node.boot ?? 0;
    const known = this.#processes.get(node.id);
    if (known?.disk === node.disk && known.boot === boot) return known;
    const process = {
      disk: node.disk,
      boot,
      learned: null,
      asked: new Map<RequestId, Asked>(),
      met: new Set<RequestId>(),
    };
    this.#processes.set(node.id, process);
    return process;
  }

  #stepped(process: Process, input: Input, failed: boolean): void {
    if (input.type === 'request') {
      const { id, request } = input;
      if (!failed) process.learned = higher(process.learned, request.epochSeen ?? null);
      process.asked.set(id, { request, learned: process.learned });
      if (process.met.has(id)) return;
      process.met.add(id);
      for (const value of tagsOf(request.op)) this.#triesOf(value).stepped += 1;
    } else if (input.type === 'message' && !failed) {
      process.learned = higher(process.learned, ballotIn(input.message));
    }
  }

  #reply(turn: Turn, process: Process, { id, outcome }: Extract<Effect, { type: 'reply' }>): void {
    const asked = process.asked.get(id);
    if (asked === undefined) return;
    process.asked.delete(id);
    const { request } = asked;
    const { op } = request;
    const mirror = this.#ghost.of(turn.node.id);
    if (outcome.type === 'refused') {
      this.#refused(turn, op);
      sessionRules.refused(mirror, request, outcome);
    }
    if (outcome.type !== 'ok') return;
    sessionRules.served(mirror, request, outcome);
    if (isWrite(op)) this.#acknowledged(turn, mirror, asked, outcome);
    else if (op.kind === 'copies') this.#copies(turn, mirror, outcome);
    else this.#reads.check(turn, mirror, op, outcome);
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
    assert(led.length > 0, 'F17: only a leader acknowledges writes', facts);
    const fenced = learned !== null && led.every((epoch) => compareBallots(learned, epoch) > 0);
    assert(!fenced, 'I8: no ok to a write received after a higher ballot was known', {
      ...facts,
      learned: learned === null ? null : formatBallot(learned),
    });
    const entry = mirror.at(outcome.at);
    assert(entry !== null, "I5: an acknowledged write is on its leader's disk", facts);
    assert(
      saysIt(entry, request.op as WriteOp, outcome),
      'I5: an acknowledged write is the entry it is said to be',
      facts,
    );
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
    this.onAcknowledged(entry);
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

/** Does the entry do what the write asked and answered? A write that changed nothing rests on any. */
function saysIt(entry: Entry, op: WriteOp, { result }: Ok): boolean {
  const changes = changesOf(entry);
  const left = (key: string, value: string | null): boolean =>
    changes.some((change) => change.key === key && change.new === value);
  if (op.kind === 'put') return left(op.key, op.value);
  if (op.kind === 'incr') return result.kind !== 'integer' || left(op.key, result.value);
  if (op.kind === 'cas')
    return result.kind !== 'cas' || !result.swapped || op.value === op.expected || left(op.key, op.value);
  return result.kind !== 'count' || result.count === 0 || op.keys.some((key) => left(key, null));
}
