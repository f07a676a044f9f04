import { unreachable } from '../../lib/assert.ts';
import type { NodeId } from '../node-id.ts';
import { majorityOf } from '../quorum.ts';
import type { Settings } from './settings.ts';

/** What the rule is judged on. Indexes are all of the leader's own log, so that they compare. */
export interface AckFacts {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  /** Highest index each follower is known to hold at the level counted; absent: nothing known. */
  readonly held: ReadonlyMap<NodeId, number>;
  /** The leader's own last committed index: no rule covers more. */
  readonly durable: number;
  /** First index of the leader's epoch: a majority covers nothing before it holds this (Raft 5.4.2). */
  readonly epochFirst: number;
  /** Index of the config entry in force: a named follower counts once it holds its own appointment (F7). */
  readonly configIndex: number;
}

/**
 * The highest index the acknowledgement rule covers (F5); 0 for none. Covered means: every write up to it
 * may be acknowledged. The rule is monotone in the index, so one number says it all.
 */
export function coveredIndex(settings: Settings, facts: AckFacts): number {
  return Math.min(facts.durable, heldByRule(settings, facts));
}

function heldByRule({ sync }: Settings, facts: AckFacts): number {
  const followers = facts.members.filter((member) => member !== facts.self);
  switch (sync.kind) {
    case 'none':
      return facts.durable;
    case 'count':
      return nthHighest(facts, followers, sync.count);
    case 'all':
      return nthHighest(facts, followers, followers.length);
    case 'majority': {
      const index = nthHighest(facts, followers, majorityOf(facts.members.length) - 1);
      return index >= facts.epochFirst ? index : 0;
    }
    case 'node': {
      if (sync.node === facts.self) return nthHighest(facts, followers, Math.min(1, followers.length));
      const index = facts.held.get(sync.node) ?? 0;
      return index >= facts.configIndex ? index : 0;
    }
    default:
      return unreachable(sync);
  }
}

/** The highest index that at least `n` followers hold; everything, when none is asked for. */
function nthHighest(facts: AckFacts, followers: readonly NodeId[], n: number): number {
  if (n === 0) return facts.durable;
  const indexes = followers.map((follower) => facts.held.get(follower) ?? 0).toSorted((a, b) => b - a);
  return indexes[n - 1] ?? 0;
}
