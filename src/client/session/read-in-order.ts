import type { ErrorCode } from '../../control/error-table.ts';
import { ReplabError } from '../../control/errors.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import type { Answered } from '../key-value.ts';

/** A replica that could not serve a read. */
export interface Moved {
  readonly node: NodeId;
  readonly why: ErrorCode;
}

/** A replica where a read waited for what its session had seen. */
export interface Waited {
  readonly node: NodeId;
  readonly ms: number;
}

export interface InOrder {
  /** When nobody before can, whoever leads is asked, and before the rest (S1). */
  readonly toLeader: boolean;
  /** At each replica that is behind. */
  readonly waitMs: number;
  readonly withinMs: number;
  /** A replica that answers nothing is left after so long, above what a read may wait there. */
  readonly patienceMs: number;
  readonly moved: Moved[];
  readonly waited: Waited[];
  ask(node: NodeId | 'leader', waitMs: number, withinMs: number): Promise<Answered>;
}

/** What another replica may do better. */
const movable: readonly ErrorCode[] = [
  'not-seen-yet',
  'write-lost',
  'rewinding',
  'stopped',
  'turn-failed',
  'timeout',
  'node-down',
];

/**
 * S1: the replica chosen, then another, then the leader, then whoever is left; each is waited at. One whose log
 * went another way sends the read to the leader at once: only when that one has lost it too, or there is none,
 * is it lost.
 */
export async function readInOrder(
  nodes: readonly (NodeId | 'leader')[],
  options: InOrder,
): Promise<Answered> {
  const end = performance.now() + options.withinMs;
  const left = options.toLeader && !nodes.includes('leader') ? withLeader(nodes) : [...nodes];
  const failures: ReplabError[] = [];
  while (left.length > 0) {
    const node = left.shift()!;
    const restMs = Math.max(1, end - performance.now());
    try {
      return await askAndWait(
        node,
        { tryMs: left.length === 0 ? restMs : Math.min(restMs, options.patienceMs), restMs },
        options,
      );
    } catch (error) {
      if (!(error instanceof ReplabError)) throw error;
      if (!movable.includes(error.code) && failures.length === 0) throw error;
      failures.push(error);
      if (node !== 'leader') options.moved.push({ node, why: error.code });
      if (error.code === 'write-lost') keepLeader(left);
      if (performance.now() >= end) break;
    }
  }
  // That something is lost says more than that a node is down.
  throw failures.findLast(({ code }) => code === 'write-lost') ?? failures.at(-1)!;
}

function withLeader(nodes: readonly (NodeId | 'leader')[]): (NodeId | 'leader')[] {
  return [...nodes.slice(0, 2), 'leader', ...nodes.slice(2)];
}

function keepLeader(left: (NodeId | 'leader')[]): void {
  const leader = left.includes('leader');
  left.length = 0;
  if (leader) left.push('leader');
}

interface Times {
  readonly tryMs: number;
  readonly restMs: number;
}

/** Asked once without waiting, so that it is known whether it had to. */
async function askAndWait(
  node: NodeId | 'leader',
  { tryMs, restMs }: Times,
  { ask, waitMs, waited, patienceMs }: InOrder,
): Promise<Answered> {
  try {
    return await ask(node, 0, tryMs);
  } catch (error) {
    const behind = error instanceof ReplabError && error.code === 'not-seen-yet' && waitMs > 0;
    if (!behind) throw error;
    const from = performance.now();
    const told = (): void => {
      waited.push({ node: String(error.facts['node'] ?? node), ms: Math.round(performance.now() - from) });
    };
    return await ask(node, Math.min(waitMs, restMs), Math.min(waitMs + patienceMs, restMs)).finally(told);
  }
}
