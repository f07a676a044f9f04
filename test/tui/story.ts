import type { ClusterEvent } from '../../src/cluster/event.ts';
import type { FaultView, LinkView, NodeView, Snapshot } from '../../src/cluster/snapshot.ts';
import { linksOf } from '../../src/cluster/place.ts';
import { parsePosition } from '../../src/protocol/position.ts';
import type { ViewName } from '../../src/commands/watch.ts';
import { plainPainter, type Painter } from '../../src/tui/line.ts';
import { Model } from '../../src/tui/model.ts';
import type { DiffView, Size } from '../../src/tui/scene.ts';
import { at, node, sample, silent } from '../client/sample.ts';

const epoch2 = { number: 2, node: 'n2', disk: 2, text: '2@n2' };
const noLag = { entries: 0, bytes: 0, receivedMs: 0, appliedMs: 0, forked: false };

const killed: Partial<NodeView> = { ...silent, state: 'killed', pid: null };

function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}

function links(nodes: readonly string[], heldBy: (from: string, to: string) => string | null): LinkView[] {
  return linksOf(nodes).map(({ from, to }): LinkView => {
    const by = heldBy(from, to);
    const held = { forward: by === null ? 0 : 2048, back: 0 };
    return {
      from,
      to,
      state: by === null ? 'ok' : 'held',
      faults: by === null ? [] : [by],
      held,
      connections: 1,
      latencyMs: 0,
      delayMs: 0,
      roundTripMs: 0,
      bytes: 9000,
      frames: 90,
    };
  });
}

function fault(id: string, text: string): FaultView {
  const hit = {
    byClass: { append: 14, heartbeat: 40 },
    payload: 14,
    bytes: 5120,
    connections: 2,
    counts: {},
  };
  return { id, kind: text.split(' ')[0]!, text, sinceMs: 3100, untilMs: null, hit };
}

/** `count` nodes in step at `index`, n1 leading. */
export function healthy(count: number, index: number, tMs: number): Snapshot {
  const nodes = ids(count).map((id) =>
    node(id, { received: at(index), applied: at(index), durable: at(index) }),
  );
  return sample({ tMs, nodes, links: links(ids(count), () => null), events: 4 });
}

/** As `healthy`, with the last node so many entries behind. */
export function behind(count: number, index: number, missing: number, tMs: number): Snapshot {
  const all = healthy(count, index, tMs);
  const last = ids(count).at(-1)!;
  const late = at(index - missing);
  const lag = { ...noLag, entries: missing, bytes: missing * 80, receivedMs: 1500, appliedMs: 1500 };
  return {
    ...all,
    nodes: all.nodes.map((one) => (one.id === last ? { ...one, received: late, applied: late, lag } : one)),
    divergence: { state: missing === 0 ? 'equal' : 'behind' },
  };
}

/** n1 is dead: it had entries that nobody else has, and n2 has more than the last. */
export function noLeader(count: number, index: number, tMs: number): Snapshot {
  const all = behind(count, index, 30, tMs);
  const unknown = { ...noLag, entries: null, bytes: null, receivedMs: null, appliedMs: null, forked: null };
  return {
    ...all,
    leaders: [],
    events: 6,
    nodes: all.nodes.map((one) => (one.id === 'n1' ? { ...one, ...killed } : { ...one, lag: unknown })),
    divergence: { state: 'unknown' },
  };
}

/** n1, cut off, still leads its epoch; n2 leads a newer one, and n1's log has forked. */
export function twoLeaders(count: number, index: number, tMs: number): Snapshot {
  const all = healthy(count, index, tMs);
  const now = { ...at(index, 2, 'n2') };
  const nodes = all.nodes.map((one): NodeView => {
    if (one.id === 'n1') {
      const own = at(index + 3);
      return {
        ...one,
        received: own,
        applied: own,
        lag: { ...noLag, entries: 7, bytes: null, receivedMs: 2100, appliedMs: 2100, forked: true },
        pending: 3,
      };
    }
    const role = one.id === 'n2' ? 'leader' : 'follower';
    return { ...one, role, epoch: epoch2, leader: 'n2', received: now, applied: now };
  });
  return {
    ...all,
    nodes,
    events: 7,
    leaders: [
      { id: 'n2', shard: 0, epoch: epoch2, newest: true },
      { id: 'n1', shard: 0, epoch: all.leaders[0]!.epoch, newest: false },
    ],
    links: links(ids(count), (from, to) =>
      from !== 'client' && (from === 'n1' || to === 'n1') ? 'f1' : null,
    ),
    faults: [fault('f1', 'isolate n1')],
    divergence: { state: 'forked' },
  };
}

/** Half of the nodes cut from the other; one node dead, one paused. */
export function halved(count: number, index: number, tMs: number): Snapshot {
  const all = behind(count, index, 12, tMs);
  const half = Math.ceil(count / 2);
  const sideOf = (id: string): number => (ids(half).includes(id) ? 0 : 1);
  const groups = [ids(half), ids(count).slice(half)].map((group) => group.join(',')).join('/');
  return {
    ...all,
    events: 8,
    nodes: all.nodes.map((one, i) => {
      if (i === 6) return { ...one, ...killed };
      return i === 8 ? { ...one, ...silent, state: 'paused' } : one;
    }),
    links: links(ids(count), (from, to) => (from !== 'client' && sideOf(from) !== sideOf(to) ? 'f2' : null)),
    faults: [fault('f2', `partition ${groups}`)],
    divergence: { state: 'unknown' },
  };
}

const happened: readonly ClusterEvent[] = [
  { seq: 1, tMs: 100, node: null, name: 'up', fields: { nodes: 3, mode: 'single-leader', kept: false } },
  { seq: 2, tMs: 300, node: 'n1', name: 'promoted', fields: { epoch: '1@n1', at: '1@n1/1' } },
  { seq: 3, tMs: 320, node: 'n2', name: 'following', fields: { leader: 'n1', epoch: '1@n1' } },
  { seq: 4, tMs: 400, node: null, name: 'ready', fields: {} },
  {
    seq: 5,
    tMs: 3100,
    node: null,
    name: 'isolate',
    fields: { id: 'f1', text: 'isolate n1', links: 4, connections: 4 },
  },
  { seq: 6, tMs: 4100, node: 'n3', name: 'suspected', fields: { node: 'n1', epoch: '1@n1' } },
  { seq: 7, tMs: 5200, node: 'n2', name: 'promoted', fields: { epoch: '2@n2', at: '2@n2/1311' } },
];

/** A key of two-cell characters, one that would break a line, one that is long. */
export const differing: DiffView = {
  kind: 'read',
  diff: {
    reference: { node: 'n2', at: parsePosition('2@n2/1310')!, keys: 120, leads: true },
    nodes: [
      {
        node: 'n1',
        state: 'diverged',
        forked: true,
        at: parsePosition('1@n1/1313')!,
        size: 121,
        keys: [
          {
            key: '日本語のとても長い名前のキー',
            state: 'diverged',
            reference: '東京',
            node: '京都',
            changedAt: null,
          },
          { key: 'a\nb', state: 'diverged', reference: null, node: 'x'.repeat(200), changedAt: null },
        ],
      },
      { node: 'n2', state: 'equal', forked: false, at: parsePosition('2@n2/1310')!, size: 120, keys: [] },
      {
        node: 'n3',
        state: 'behind',
        forked: false,
        at: parsePosition('2@n2/1298')!,
        size: 120,
        keys: [
          { key: 'cart:7', state: 'behind', reference: 'milk, eggs', node: 'milk', changedAt: '2@n2/1305' },
        ],
      },
    ],
  },
};

export interface TellOptions {
  readonly view?: ViewName;
  readonly ascii?: boolean;
  readonly size?: Size;
  readonly painter?: Painter;
  readonly diff?: DiffView;
}

/** A model that has seen these snapshots, one after the other, and what happened. */
export function told(snapshots: readonly Snapshot[], options: TellOptions = {}): Model {
  const [first, ...rest] = snapshots;
  const {
    view = 'overview',
    ascii = false,
    size = { columns: 80, rows: 24 },
    painter = plainPainter,
  } = options;
  const model = new Model({ snapshot: first!, view, ascii, size, painter, nowMs: first!.tMs });
  for (const snapshot of rest) model.receive(snapshot, snapshot.tMs);
  model.add(happened);
  if (options.diff !== undefined) model.compared(options.diff);
  return model;
}

/** Ten seconds of writes with a follower that falls behind and catches up. */
export function writing(count: number): readonly Snapshot[] {
  return Array.from({ length: 20 }, (_, i) => {
    const missing = i < 8 ? 0 : i < 16 ? (i - 7) * 12 : 4;
    return behind(count, 900 + i * 20, missing, 1000 + i * 500);
  });
}
