import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { compareBallots, formatBallot, formatPosition, type Ballot } from '../protocol/position.ts';
import type { Ghost } from './ghost.ts';
import type { Mirror } from './mirror.ts';

/** What the supervisor knew when it chose: who answered its probes. */
export interface Promotion {
  readonly ballot: Ballot;
  readonly node: NodeId;
  readonly answering: readonly NodeId[];
  /** The operator insisted on a node that is behind another. */
  readonly forced: boolean;
}

interface Pending extends Promotion {
  /** Acknowledged writes that some answering disk held: the new leader must have them. */
  readonly promised: readonly Entry[];
}

/**
 * I10, as far as manual promotion promises: an acknowledged write survives every promotion that a holder of
 * it took part in. Promised are only writes acknowledged while no higher ballot existed (after a split
 * brain the higher ballot wins with its whole branch), and only until a promotion without any holder.
 */
export class Survival {
  /** Acknowledged writes that every leader since has had. */
  readonly #safe = new Map<string, Entry>();
  readonly #ghost: Ghost;
  readonly #pending = new Map<string, Pending>();
  /** Every acknowledged write, safe or not: none may vanish unseen. */
  readonly acknowledged = new Map<string, Entry>();
  #highest: Ballot | null = null;

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
    ghost.onEntry.push((entry, mirror) => this.#appended(entry, mirror));
  }

  onAcknowledged(entry: Entry, epoch: Ballot): void {
    const name = formatPosition(entry.at);
    this.acknowledged.set(name, entry);
    if (this.#highest === null || compareBallots(epoch, this.#highest) < 0) return;
    this.#safe.set(name, entry);
  }

  promoting(promotion: Promotion): void {
    const disks = promotion.answering.map((node) => this.#ghost.of(node));
    const promised = promotion.forced
      ? []
      : [...this.#safe.values()].filter((entry) => disks.some((disk) => disk.holds(entry)));
    this.#pending.set(formatBallot(promotion.ballot), { ...promotion, promised });
  }

  #appended(entry: Entry, mirror: Mirror): void {
    if (entry.body.kind !== 'epochStart' || entry.at.epoch.disk !== mirror.disk) return;
    const { epoch } = entry.at;
    const name = formatBallot(epoch);
    const promotion = this.#pending.get(name);
    if (this.#highest !== null && compareBallots(epoch, this.#highest) <= 0) return;
    this.#highest = epoch;
    this.#pending.delete(name);
    for (const promised of promotion?.promised ?? []) {
      // Another promotion, between the probe and this one, may have lost it by right.
      if (!this.#safe.has(formatPosition(promised.at))) continue;
      assert(
        mirror.holds(promised),
        'I10: a write acknowledged before survives a promotion that a holder took part in',
        {
          leader: mirror.node,
          ballot: name,
          write: formatPosition(promised.at),
          answering: promotion?.answering.join(','),
        },
      );
    }
    for (const [at, safe] of this.#safe) if (!mirror.holds(safe)) this.#safe.delete(at);
  }
}
