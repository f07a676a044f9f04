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

interface Promised {
  readonly entry: Entry;
  /** The last epoch in the log of the disk that speaks for it. */
  readonly upheldIn: Ballot;
}

interface Pending extends Promotion {
  /** The new leader must have them. */
  readonly promised: readonly Promised[];
}

/**
 * I10, as far as manual promotion promises: an acknowledged write survives every promotion that a holder of
 * it took part in. A disk speaks for a write that it holds while every leader above its last epoch began with
 * that write: after a split brain the higher ballot wins with its whole branch, and what a leader began
 * without, by force or because no holder answered, it cuts from every log that ends below its epoch.
 * So a leader whose ballot is not the highest ends the promise for the logs below it, and for no other.
 */
export class Survival {
  readonly #ghost: Ghost;
  readonly #pending = new Map<string, Pending>();
  /** None may vanish unseen. */
  readonly acknowledged = new Map<string, Entry>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
    ghost.onEntry.push((entry, mirror) => this.#appended(entry, mirror));
  }

  onAcknowledged(entry: Entry): void {
    this.acknowledged.set(formatPosition(entry.at), entry);
  }

  promoting(promotion: Promotion): void {
    const promised = promotion.forced ? [] : this.#promisedBy(promotion.answering);
    this.#pending.set(formatBallot(promotion.ballot), { ...promotion, promised });
  }

  #promisedBy(answering: readonly NodeId[]): readonly Promised[] {
    const furthestFirst = answering
      .map((node) => this.#ghost.of(node))
      .toSorted((a, b) => compareBallots(b.last.epoch, a.last.epoch));
    return [...this.acknowledged.values()].flatMap((entry) => {
      // One that ends in a lower epoch has no say that this one has not.
      const holder = furthestFirst.find((disk) => disk.holds(entry));
      if (holder === undefined || this.#ghost.someLacks(entry, holder.last.epoch)) return [];
      return [{ entry, upheldIn: holder.last.epoch }];
    });
  }

  #appended(entry: Entry, mirror: Mirror): void {
    const { epoch } = entry.at;
    if (entry.body.kind !== 'epochStart' || epoch.disk !== mirror.disk) return;
    const name = formatBallot(epoch);
    const promotion = this.#pending.get(name);
    this.#pending.delete(name);
    for (const { entry: promised } of promotion?.promised ?? []) {
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
    this.#endPromises(epoch, mirror);
  }

  /** A leader that began between another's probes and its start may have lost by right what was promised then. */
  #endPromises(epoch: Ballot, leader: Mirror): void {
    for (const [name, promotion] of this.#pending) {
      const promised = promotion.promised.filter(
        ({ entry, upheldIn }) => leader.holds(entry) || compareBallots(epoch, upheldIn) <= 0,
      );
      this.#pending.set(name, { ...promotion, promised });
    }
  }
}
