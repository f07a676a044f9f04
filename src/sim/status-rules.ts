import type { Hash48 } from '../lib/hash.ts';
import { addHash } from '../lib/hash.ts';
import type { DiskId } from '../protocol/node-id.ts';
import {
  formatBallot,
  formatPosition,
  samePosition,
  type EpochStart,
  type Position,
} from '../protocol/position.ts';
import type { FollowerStatus, ReplicaStatus } from '../protocol/protocol.ts';
import type { Ghost } from './ghost.ts';
import { pairHash } from './memo.ts';
import type { Mirror } from './mirror.ts';
import { must } from './must.ts';
import type { SimNode } from './node.ts';

/** F4's window, written down a second time on purpose. */
const windowBytes = 1024 * 1024;
const windowEntries = 1024;

/** What must be true of any replica's status beside what its disk, and the others' disks, really hold. */
export class StatusRules {
  readonly #ghost: Ghost;
  readonly #leaders = new Map<string, DiskId>();
  readonly #digests = new Map<string, Hash48>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
  }

  check(node: SimNode, status: ReplicaStatus): void {
    const mirror = this.#ghost.of(node.id);
    this.#oneLeader(node, status);
    this.#positions(mirror, status);
    this.#digest(mirror, status);
    for (const follower of status.followers) this.#follower(status, follower);
  }

  /** Everything from the ground up; too slow for every step. */
  checkFully(mirror: Mirror): void {
    const { log, state, local } = mirror.store;
    const entries = log.read(log.base(), Number.MAX_SAFE_INTEGER);
    const facts = (): { readonly node: string } => ({ node: mirror.node });
    must(
      entries.length === mirror.entries.length && entries.every((entry) => mirror.holds(entry)),
      'I2: a log does not change unseen',
      facts,
    );
    must(
      JSON.stringify(log.epochs()) === JSON.stringify(epochsOf(mirror)),
      'I2: the epoch history is that of the entries',
      facts,
    );
    const cutDigest = new Set(local.discarded().map((entry) => `${formatPosition(entry.at)}#${entry.chain}`));
    must(cutDigest.size === local.discarded().length, 'F3: an entry is discarded once', facts);
    if (mirror.appliedIndex !== mirror.last.index) return;
    must(state.size() === mirror.values.size, 'I9: the contents are what the log makes', facts);
    let digest = 0;
    for (const [key, value] of mirror.values) digest = addHash(digest, pairHash(key, value));
    must(state.digest().value === digest, 'I9: the digest is that of the contents the log makes', facts);
  }

  #oneLeader(node: SimNode, status: ReplicaStatus): void {
    if (status.role !== 'leader') return;
    const ballot = formatBallot(status.epoch);
    const disk = this.#leaders.get(ballot) ?? node.disk;
    this.#leaders.set(ballot, disk);
    must(disk === node.disk && status.epoch.disk === disk, 'I1: at most one leader per ballot', () => ({
      ballot,
      leader: node.id,
      disk: node.disk,
      other: disk,
    }));
  }

  #positions(mirror: Mirror, status: ReplicaStatus): void {
    const { committed, durable, received, applied } = status;
    const ordered =
      committed.index <= durable.index && durable.index <= received.index && applied.index <= received.index;
    must(ordered, 'I4: committed ≤ durable ≤ received, applied ≤ received', () => ({
      node: mirror.node,
      ...texts({ committed, durable, received, applied }),
    }));
    for (const [name, position] of Object.entries({ committed, durable, received, applied })) {
      const here = position.index === 0 || mirror.at(position) !== null;
      must(here, 'I4: what a replica says it holds is on its disk', () => ({
        node: mirror.node,
        what: name,
        ...texts({ position, last: mirror.last }),
      }));
    }
    must(samePosition(durable, mirror.last), 'I4: durable is the end of the log on disk', () => ({
      node: mirror.node,
      ...texts({ durable, last: mirror.last }),
    }));
  }

  /** The leader may be behind the truth, never ahead of it; what was cut since under a later epoch is past. */
  #follower(
    leader: ReplicaStatus,
    { id, disk, durable, unackedBytes, unackedEntries }: FollowerStatus,
  ): void {
    const mirror = this.#ghost.of(id);
    if (mirror.disk === disk) {
      const entry = durable.index === 0 ? null : this.#ghost.known(durable);
      const honest =
        durable.index === 0 ||
        (entry !== null &&
          (mirror.holds(entry.entry) || (entry.heldBy.has(mirror) && mirror.promisedBeyond(leader.epoch))));
      must(honest, "I4: a leader's match is durable on the follower's present disk", () => ({
        leader: formatBallot(leader.epoch),
        follower: id,
        ...texts({ match: durable, last: mirror.last }),
      }));
    }
    const within = unackedEntries <= windowEntries && (unackedBytes <= windowBytes || unackedEntries === 1);
    must(within, 'I13: what a follower has not acknowledged stays within the window', () => ({
      follower: id,
      unackedEntries,
      unackedBytes,
    }));
  }

  #digest(mirror: Mirror, { digest, applied }: ReplicaStatus): void {
    must(samePosition(digest.at, applied), 'P12: a digest is of what was applied', () => ({
      node: mirror.node,
      ...texts({ at: digest.at, applied }),
    }));
    const chain = mirror.at(digest.at)?.chain ?? 0;
    const key = `${formatPosition(digest.at)}#${chain}`;
    const known = this.#digests.get(key) ?? digest.value;
    this.#digests.set(key, known);
    must(known === digest.value, 'I9: equal position and chain, equal digest', () => ({
      node: mirror.node,
      at: key,
    }));
  }
}

function texts(positions: Readonly<Record<string, Position>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(positions).map(([name, at]) => [name, formatPosition(at)]));
}

function epochsOf(mirror: Mirror): readonly EpochStart[] {
  const starts: EpochStart[] = [];
  for (const { at } of mirror.entries) {
    const newest = starts.at(-1)?.epoch;
    if (newest === undefined || formatBallot(newest) !== formatBallot(at.epoch)) {
      starts.push({ epoch: { number: at.epoch.number, disk: at.epoch.disk }, firstIndex: at.index });
    }
  }
  return starts;
}
