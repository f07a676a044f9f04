import { eachShard, ofShard } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Entry } from '../protocol/entry.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { comparePositions, sameBallot, type Position } from '../protocol/position.ts';
import { readContents } from './contents.ts';
import { diffContents, type Contents, type NodeDiff } from './diff.ts';
import { openNodeReader, readEntries, type NodeReader, type ReaderOf } from './node-reader.ts';

/** Of one shard. */
export interface ClusterDiff {
  /** Whose contents the others are compared with; null when no node answered. */
  readonly reference: Reference | null;
  readonly nodes: readonly NodeResult[];
}

interface Reference {
  readonly node: NodeId;
  readonly at: Position;
  readonly keys: number;
  /** False: no leader answered, so the node whose log is longest stands in. */
  readonly leads: boolean;
}

export type NodeResult =
  | (NodeDiff & { readonly node: NodeId; readonly at: Position; readonly size: number })
  | { readonly node: NodeId; readonly state: 'unknown'; readonly reason: string };

interface Read {
  readonly view: NodeView;
  readonly reader: NodeReader;
  readonly contents: Contents;
}

/** Of every shard, one after the other: what the nodes hold may be much. */
export async function diffShards(snapshot: Snapshot): Promise<readonly ClusterDiff[]> {
  const diffs: ClusterDiff[] = [];
  for (const shard of eachShard(snapshot).keys()) diffs.push(await diffCluster(snapshot, shard));
  return diffs;
}

/**
 * Reads every node past the proxy and compares each with the newest leader. The reference is read last, so
 * that no node in step is ahead of it.
 */
export async function diffCluster(whole: Snapshot, shard = 0): Promise<ClusterDiff> {
  const snapshot = ofShard(whole, shard);
  const leader = snapshot.leaders.find(({ newest }) => newest)?.id;
  const others = await readAll(
    snapshot.nodes.filter(({ id }) => id !== leader),
    { cluster: snapshot.cluster, shard },
  );
  const [ofLeader] = await readAll(
    snapshot.nodes.filter(({ id }) => id === leader),
    { cluster: snapshot.cluster, shard },
  );
  const all = [...(ofLeader === undefined ? [] : [ofLeader]), ...others];
  try {
    const reads = all.filter((one): one is Read => 'contents' in one);
    const leads = ofLeader !== undefined && 'contents' in ofLeader;
    const best = leads
      ? ofLeader
      : reads.toSorted((a, b) => comparePositions(b.contents.at, a.contents.at))[0];
    if (best === undefined) return { reference: null, nodes: inOrder(snapshot, all.map(unknownOf)) };
    const results = await Promise.all(
      all.map(async (one) => ('contents' in one ? compare(best, one) : unknownOf(one))),
    );
    const { view, contents } = best;
    return {
      reference: { node: view.id, at: contents.at, keys: contents.pairs.size, leads },
      nodes: inOrder(snapshot, results),
    };
  } finally {
    for (const one of all) if ('contents' in one) one.reader.close();
  }
}

interface Failed {
  readonly view: NodeView;
  readonly reason: string;
}

async function readAll(views: readonly NodeView[], of: ReaderOf): Promise<readonly (Read | Failed)[]> {
  return Promise.all(views.map((view) => readOne(view, of)));
}

async function readOne(view: NodeView, of: ReaderOf): Promise<Read | Failed> {
  if (view.state !== 'running') return { view, reason: `it is ${view.state}` };
  let reader: NodeReader | null = null;
  try {
    reader = openNodeReader(view, of);
    return { view, reader, contents: await readContents(reader) };
  } catch (error) {
    reader?.close();
    if (!(error instanceof ReplabError) || error.code === 'internal') throw error;
    return { view, reason: reasonOf(error) };
  }
}

function reasonOf({ code, facts }: ReplabError): string {
  if (code === 'rewinding') return 'it is giving up what the leader does not have';
  if (code === 'stopped') return `it serves nothing: ${facts['detail'] ?? 'it stopped'}`;
  return 'it does not answer';
}

function unknownOf(one: Read | Failed): NodeResult {
  return {
    node: one.view.id,
    state: 'unknown',
    reason: 'reason' in one ? one.reason : 'there is nothing to compare it with',
  };
}

async function compare(reference: Read, { view, contents }: Read): Promise<NodeResult> {
  const entries = view.id === reference.view.id ? [] : await entriesBetween(reference, contents.at);
  const diff = diffContents(reference.contents, contents, entries);
  return { node: view.id, at: contents.at, size: contents.pairs.size, ...diff };
}

/** The reference's entries after `from`; null when its log does not contain that position (P4). */
async function entriesBetween({ reader, contents }: Read, from: Position): Promise<readonly Entry[] | null> {
  if (from.index > contents.at.index) return null;
  const entries = await readEntries(reader, Math.max(0, from.index - 1), contents.at.index);
  if (from.index === 0) return entries;
  const [same, ...after] = entries;
  return same !== undefined && sameBallot(same.at.epoch, from.epoch) ? after : null;
}

function inOrder(snapshot: Snapshot, results: readonly NodeResult[]): readonly NodeResult[] {
  return snapshot.nodes.flatMap(({ id }) => results.filter(({ node }) => node === id));
}
