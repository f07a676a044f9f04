import type { EpochView, NodeView, PositionView, Snapshot } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';

/**
 * What earlier snapshots told, kept by the screen: lag over time, the rate of writes, and what was last seen of
 * nodes that do not answer now. A snapshot itself remembers nothing.
 */
export interface History {
  /** The newest bucket, counted from `up`. */
  readonly bucket: number;
  /** The most entries behind in each bucket, oldest first, the last one being `bucket`; null: not known. */
  readonly lag: ReadonlyMap<NodeId, readonly (number | null)[]>;
  readonly seen: ReadonlyMap<NodeId, Seen>;
  /** Who led last, and how far its log was seen to go. */
  readonly led: (Seen & { readonly id: NodeId; readonly epoch: EpochView }) | null;
  /** Ends of the leader's log, newest last, within one epoch. */
  readonly writes: readonly Written[];
}

interface Written {
  readonly tMs: number;
  readonly index: number;
  readonly epoch: string;
}

export interface Seen {
  readonly received: PositionView;
  readonly tMs: number;
}

export const bucketMs = 500;
const mostBuckets = 240;
const rateMs = 2000;

export const noHistory: History = { bucket: -1, lag: new Map(), seen: new Map(), led: null, writes: [] };

export function remember(history: History, snapshot: Snapshot): History {
  const { tMs, nodes } = snapshot;
  const bucket = Math.max(history.bucket, Math.floor(tMs / bucketMs));
  const before = advance(history, tMs);
  return {
    bucket,
    lag: new Map(
      nodes.map((node) => [node.id, withLag(before.lag.get(node.id), node, bucket > history.bucket)]),
    ),
    seen: new Map([...before.seen, ...nodes.flatMap((node) => seenOf(node, tMs))]),
    led: ledBy(snapshot) ?? before.led,
    writes: withWrite(before.writes, snapshot),
  };
}

/** Time went on without news: what was so stays so. */
export function advance(history: History, tMs: number): History {
  const bucket = Math.max(history.bucket, Math.floor(tMs / bucketMs));
  const steps = history.bucket < 0 ? 0 : Math.min(mostBuckets, bucket - history.bucket);
  if (steps === 0) return { ...history, bucket };
  const lag = new Map(
    [...history.lag].map(([id, lags]) => {
      const again = Array.from({ length: steps }, () => lags.at(-1) ?? null);
      return [id, [...lags, ...again].slice(-mostBuckets)] as const;
    }),
  );
  return { ...history, bucket, lag };
}

/** Entries a second that the leader's log grew by, of late. */
export function writesPerSecond({ writes }: History, nowMs: number): number {
  const last = writes.at(-1);
  if (last === undefined) return 0;
  const from = writes.findLast(({ tMs }) => tMs <= nowMs - rateMs) ?? writes[0]!;
  const spanMs = Math.max(nowMs - from.tMs, 1);
  return spanMs < 250 ? 0 : ((last.index - from.index) * 1000) / Math.max(spanMs, 1000);
}

/** Something on the screen goes on moving although nothing is sent: a rate that falls, a peak that moves out. */
export function isMoving(history: History, nowMs: number, buckets: number): boolean {
  if (writesPerSecond(history, nowMs) > 0) return true;
  return buckets > 0 && [...history.lag.values()].some((lags) => new Set(lags.slice(-buckets)).size > 1);
}

function withLag(
  lags: readonly (number | null)[] = [],
  { lag: { entries } }: NodeView,
  isFirst: boolean,
): readonly (number | null)[] {
  const newest = isFirst ? null : (lags.at(-1) ?? null);
  // The most of its bucket, so that no peak is lost between two frames.
  const most = entries === null || newest === null ? (entries ?? newest) : Math.max(newest, entries);
  return [...lags.slice(0, -1), most];
}

function seenOf({ id, received }: NodeView, tMs: number): readonly (readonly [NodeId, Seen])[] {
  return received === null ? [] : [[id, { received, tMs }]];
}

function ledBy({ leaders, nodes, tMs }: Snapshot): History['led'] {
  const leader = leaders.find(({ newest }) => newest);
  const received = nodes.find(({ id }) => id === leader?.id)?.received ?? null;
  if (leader === undefined || received === null) return null;
  return { id: leader.id, epoch: leader.epoch, received, tMs };
}

function withWrite(writes: readonly Written[], { leaders, nodes, tMs }: Snapshot): readonly Written[] {
  const leader = leaders.find(({ newest }) => newest);
  const received = nodes.find(({ id }) => id === leader?.id)?.received ?? null;
  if (leader === undefined || received === null) return [];
  const epoch = leader.epoch.text;
  const kept = writes.filter((one) => one.epoch === epoch && one.tMs > tMs - 2 * rateMs);
  return [...kept, { tMs, index: received.index, epoch }];
}
