import type {
  LeaderView,
  NodeView,
  PositionView,
  ReplicaView,
  Snapshot,
} from '../../src/cluster/snapshot.ts';

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

export function leaderOf(id: string, shard: number): LeaderView {
  const { number, text } = at(1, shard + 1, id);
  return {
    id,
    shard,
    epoch: { number, node: id, disk: Number(id.slice(1)), text: text.split('/')[0]! },
    newest: true,
  };
}

/** n1 leads the first shard, n2 the second. `over`: of the second, by node. */
export function sharded(
  over: Readonly<Record<string, Partial<ReplicaView>>> = {},
  leaders = [leaderOf('n1', 0), leaderOf('n2', 1)],
): Snapshot {
  const nodes = ['n1', 'n2', 'n3'].map((id): NodeView => {
    const shown = node(id);
    const { shard: _, ...first } = shown.replicas[0]!;
    const role = leaders.some((one) => one.id === id && one.shard === 1) ? 'leader' : 'follower';
    const received = at(20, 2, 'n2');
    const second: ReplicaView = {
      ...first,
      role,
      epoch: leaderOf('n2', 1).epoch,
      received,
      applied: received,
      ...over[id],
    };
    return {
      ...shown,
      replicas: [
        { shard: 0, ...first },
        { shard: 1, ...second },
      ],
    };
  });
  return sample({ leaders, nodes });
}

/** A replica of the second shard that lacks two entries. */
export const lagging: Partial<ReplicaView> = {
  lag: { ...node('n3').lag, entries: 2, receivedMs: 300, appliedMs: 300 },
  applied: at(18, 2, 'n2'),
  received: at(18, 2, 'n2'),
};
