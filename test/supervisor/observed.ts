import type { NodeReport } from '../../src/node/ipc.ts';
import { diskOf, type NodeId } from '../../src/protocol/node-id.ts';
import { zeroPosition, type Ballot, type EpochStart, type Position } from '../../src/protocol/position.ts';
import type { ReplicaStatus } from '../../src/protocol/protocol.ts';
import type { NodeObservation, Observations } from '../../src/supervisor/snapshot.ts';

/** `ballot(2, 'n3')` is 2@n3. */
export function ballot(number: number, node: NodeId, life = 1): Ballot {
  return { number, disk: diskOf(node, life) };
}

/** A log by its epochs, each with the index it ends at: `[[1@n1, 9], [2@n2, 12]]`. */
export type LogShape = readonly (readonly [Ballot, number])[];

export function statusOf(log: LogShape, over: Partial<ReplicaStatus> = {}): ReplicaStatus {
  const [epoch, index] = log.at(-1) ?? [zeroPosition.epoch, 0];
  const last: Position = { epoch, index };
  const epochs: readonly EpochStart[] = log.map(([one], i) => ({
    epoch: one,
    firstIndex: (log[i - 1]?.[1] ?? 0) + 1,
  }));
  return {
    role: 'follower',
    epoch,
    leader: null,
    received: last,
    durable: last,
    applied: last,
    committed: last,
    chain: 7,
    base: zeroPosition,
    epochs,
    logBytes: index * 100,
    digest: { kind: 'rows', at: last, value: 42 },
    keys: 3,
    suspects: [],
    stopped: null,
    rewinding: false,
    settings: { sync: '1' },
    settingsAt: index === 0 ? 0 : 2,
    pending: 0,
    degraded: false,
    followers: [],
    ...over,
  };
}

function reportOf(replica: ReplicaStatus): NodeReport {
  return {
    boot: 1,
    replicas: [replica],
    memory: 40_000_000,
    longestTurnMs: 1,
    dropped: { 'late frame': 2, stale: 1 },
    queued: {},
    waiting: { requests: 0, oldestMs: 0 },
    clockErrorMs: 0,
    hits: {},
  };
}

export function observed(
  id: NodeId,
  replica: ReplicaStatus | null,
  over: Partial<NodeObservation> = {},
): NodeObservation {
  return {
    id,
    state: 'running',
    pid: 5000,
    disk: diskOf(id),
    region: null,
    clientPort: 41001,
    clientPortAt: {},
    directPort: 41000,
    report: replica === null ? null : reportOf(replica),
    seenAt: 990,
    silentSince: null,
    ...over,
  };
}

export function observations(
  nodes: readonly NodeObservation[],
  over: Partial<Observations> = {},
): Observations {
  return {
    cluster: 'c1',
    mode: 'single-leader',
    engine: 'replab',
    seq: 4,
    tMs: 5000.4,
    nowMs: 1000,
    phase: 'ready',
    events: 9,
    options: { sync: 'none', 'election-timeout': '1500ms' },
    live: ['sync'],
    nodes,
    histories: [[]],
    links: [],
    faults: [],
    ...over,
  };
}
