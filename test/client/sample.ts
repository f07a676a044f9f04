import type { NodeView, PositionView, ReplicaView, Snapshot } from '../../src/cluster/snapshot.ts';

/** A position of epoch 1@n1, as snapshots show it. */
export function at(index: number, number = 1, by = 'n1'): PositionView {
  return { number, node: by, disk: Number(by.slice(1)), index, text: `${number}@${by}/${index}` };
}

const replica = {
  role: 'follower',
  epoch: { number: 1, node: 'n1', disk: 1, text: '1@n1' },
  leader: 'n1',
  received: at(10),
  durable: at(10),
  applied: at(10),
  committed: at(10),
  lag: { entries: 0, bytes: 0, receivedMs: 0, appliedMs: 0, forked: false },
  digest: { kind: 'rows', at: '1@n1/10', value: '00000000002a' },
  keys: 3,
  suspects: [],
  stopped: null,
  rewinding: false,
  pending: 0,
  degraded: false,
} as const satisfies ReplicaView;

/** What a node that does not answer shows. */
export const silent: ReplicaView = {
  role: null,
  epoch: null,
  leader: null,
  received: null,
  durable: null,
  applied: null,
  committed: null,
  lag: { entries: null, bytes: null, receivedMs: null, appliedMs: null, forked: null },
  digest: null,
  keys: null,
  suspects: null,
  stopped: null,
  rewinding: null,
  pending: null,
  degraded: null,
};

export function node(id: string, over: Partial<NodeView> = {}): NodeView {
  const shown: ReplicaView = { ...replica, role: id === 'n1' ? 'leader' : 'follower' };
  return {
    ...shown,
    id,
    state: 'running',
    pid: 4000 + Number(id.slice(1)),
    region: null,
    disk: Number(id.slice(1)),
    boot: 1,
    seenMs: 4,
    busyMs: 0,
    address: { client: '127.0.0.1:41001', direct: '127.0.0.1:41000', clientAt: {} },
    memory: 50_000_000,
    clockErrorMs: 0,
    waiting: { requests: 0, oldestMs: 0 },
    dropped: 0,
    replicas: [{ ...shown, shard: 0 }],
    ...over,
  };
}

/** Three nodes in step, n1 leading. */
export function sample(over: Partial<Snapshot> = {}): Snapshot {
  return {
    schema: 'replab.snapshot/1',
    cluster: 't1',
    mode: 'single-leader',
    engine: 'replab',
    seq: 7,
    tMs: 5400,
    phase: 'ready',
    events: 12,
    options: { sync: '1' },
    leaders: [{ id: 'n1', shard: 0, epoch: replica.epoch, newest: true }],
    nodes: [node('n1'), node('n2'), node('n3')],
    links: [],
    faults: [],
    divergence: { state: 'equal' },
    ...over,
  };
}
