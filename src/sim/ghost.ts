import { assert } from '../lib/assert.ts';
import { chainOf, type Entry } from '../protocol/entry.ts';
import type { NodeId } from '../protocol/node-id.ts';
import {
  compareBallots,
  formatBallot,
  formatPosition,
  samePosition,
  type Ballot,
  type Position,
} from '../protocol/position.ts';
import { Mirror, type KnownEntry } from './mirror.ts';
import { must } from './must.ts';
import type { SimNode } from './node.ts';

type Facts = Readonly<Record<string, unknown>>;

/**
 * Ghost state: what no node knows, and everything is judged by. Mirrors of all disks, dead and replaced ones
 * included, and every entry that was ever durable anywhere.
 */
export class Ghost {
  readonly members: readonly NodeId[];
  readonly #mirrors = new Map<NodeId, Mirror[]>();
  readonly #known = new Map<string, KnownEntry>();
  readonly #branches = new Map<string, readonly Entry[]>();
  /** Told of each entry as it becomes durable on a disk. */
  readonly onEntry: ((entry: Entry, mirror: Mirror) => void)[] = [];

  constructor(nodes: Iterable<SimNode>) {
    const all = [...nodes];
    this.members = all.map(({ id }) => id);
    for (const node of all) this.#mirrors.set(node.id, [new Mirror(node.id, node.disk, node.store)]);
  }

  /** The disk a node has now. */
  of(node: NodeId): Mirror {
    return this.#mirrors.get(node)!.at(-1)!;
  }

  /** Present disks, one a node. */
  present(): readonly Mirror[] {
    return this.members.map((node) => this.of(node));
  }

  /** It has another disk now: an empty one, one that lost its tail, or an older copy. */
  wiped(node: SimNode): void {
    this.of(node.id).present = false;
    this.#mirrors.get(node.id)!.push(new Mirror(node.id, node.disk, node.store));
  }

  /** No disk that is left ever had it: it went with those that a wipe, a loss or an older copy replaced. */
  isGone(entry: Entry): boolean {
    return [...this.known(entry.at)!.heldBy].every(({ present }) => !present);
  }

  known(position: Position): KnownEntry | null {
    return this.#known.get(formatPosition(position)) ?? null;
  }

  /** The log that an epoch's leader began it with, its first entry included; null before any disk has that. */
  branch(epoch: Ballot): readonly Entry[] | null {
    return this.#branches.get(formatBallot(epoch)) ?? null;
  }

  /** Began some leader above the epoch `above`, up to `upTo`, without the entry? */
  someLacks({ at, chain }: Entry, above: Ballot, upTo: Ballot | null = null): boolean {
    for (const branch of this.#branches.values()) {
      const { epoch } = branch.at(-1)!.at;
      if (compareBallots(epoch, above) <= 0) continue;
      if (upTo !== null && compareBallots(epoch, upTo) > 0) continue;
      if (branch[at.index - 1]?.chain !== chain) return true;
    }
    return false;
  }

  /**
   * Members other than `leader` of which a disk holds `entry`. A disk that held it and was wiped counts, and
   * one that has cut it because it promised a later epoch: an acknowledgement sent before is no lie.
   */
  holders(entry: Entry, leader: NodeId, appliedToo: boolean): readonly NodeId[] {
    const ever = this.known(entry.at)?.heldBy;
    return this.members.filter((member) => {
      if (member === leader) return false;
      return this.#mirrors.get(member)!.some((mirror) => {
        if (mirror.holds(entry))
          return !appliedToo || !mirror.present || mirror.appliedIndex >= entry.at.index;
        return ever?.has(mirror) === true && mirror.promisedBeyond(entry.at.epoch);
      });
    });
  }

  /** Reads what a turn, or a crash, made of a disk. */
  sync(node: NodeId): Mirror {
    const mirror = this.of(node);
    const { log, local, state } = mirror.store;
    const last = log.last();
    this.#cut(mirror);
    if (!samePosition(last, mirror.last)) {
      for (const entry of log.read(mirror.last, Number.MAX_SAFE_INTEGER)) this.#add(mirror, entry);
    }
    assert(samePosition(mirror.last, last), 'I2: the log reads back up to its last position', {
      node,
      last: formatPosition(last),
      read: formatPosition(mirror.last),
    });
    mirror.appliedIndex = state.applied().index;
    const { promised } = local.get();
    assert(compareBallots(promised, mirror.promised) >= 0, 'I7: promised never falls on a disk', {
      node,
      before: formatBallot(mirror.promised),
      now: formatBallot(promised),
    });
    mirror.promised = promised;
    return mirror;
  }

  /** F3: what leaves a log is kept among the discarded, and only a later epoch may cut it. */
  #cut(mirror: Mirror): void {
    const { log, local } = mirror.store;
    let discarded: Set<string> | null = null;
    while (mirror.entries.length > 0) {
      const { at, chain } = mirror.entries.at(-1)!;
      if (at.index <= log.last().index && log.chainAt(at) === chain) return;
      const entry = mirror.removeLast();
      discarded ??= new Set(local.discarded().map(keyOf));
      assert(discarded.has(keyOf(entry)), 'F3: what was durable leaves a log only into the discarded', {
        node: mirror.node,
        at: formatPosition(at),
      });
      assert(
        this.someLacks(entry, entry.at.epoch, local.get().promised),
        'F3: what is cut is not in the log of the epoch it is cut for',
        {
          node: mirror.node,
          at: formatPosition(at),
          promised: formatBallot(local.get().promised),
        },
      );
    }
  }

  #add(mirror: Mirror, entry: Entry): void {
    const facts = (): Facts => ({
      node: mirror.node,
      at: formatPosition(entry.at),
      after: formatPosition(mirror.last),
    });
    must(entry.at.index === mirror.last.index + 1, 'I2: indexes are gapless', facts);
    must(compareBallots(entry.at.epoch, mirror.last.epoch) >= 0, 'I2: epochs never fall along a log', facts);
    const name = formatPosition(entry.at);
    let known = this.#known.get(name);
    if (known === undefined) {
      const chain = chainOf(mirror.chainBefore(entry.at.index), entry);
      must(chain === entry.chain, 'I3: an entry is chained to the one before', facts);
      known = { entry, heldBy: new Set() };
      this.#known.set(name, known);
    }
    must(known.entry.chain === entry.chain, 'I3: equal positions have equal chains', () => ({
      ...facts(),
      here: entry.chain,
      elsewhere: known.entry.chain,
      disks: [...known.heldBy].map(({ node }) => node).join(','),
    }));
    known.heldBy.add(mirror);
    mirror.append(entry);
    if (entry.body.kind === 'epochStart') {
      const epoch = formatBallot(entry.at.epoch);
      if (!this.#branches.has(epoch)) this.#branches.set(epoch, mirror.entries.slice());
    }
    for (const tell of this.onEntry) tell(entry, mirror);
  }
}

export function keyOf({ at, chain }: Pick<Entry, 'at' | 'chain'>): string {
  return `${formatPosition(at)}#${chain}`;
}
