import { epochView } from '../cluster/position-view.ts';
import type {
  FaultView,
  LeaderView,
  LinkView,
  NodeState,
  NodeView,
  ReplicaView,
  Snapshot,
} from '../cluster/snapshot.ts';
import type { NodeReport } from '../node/ipc.ts';
import { compareNodes, type DiskId, type NodeId } from '../protocol/node-id.ts';
import { compareBallots, containsAt, samePosition, sameBallot } from '../protocol/position.ts';
import { furthestOf } from '../protocol/promotion.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';
import { lagOf, newestLeader, type LeaderHistory } from './lag.ts';
import { replicaView, unknownReplica } from './views.ts';

/** All that was seen of a cluster at one time. */
export interface Observations {
  readonly cluster: string;
  readonly mode: string;
  readonly engine: string;
  /** Probe round. */
  readonly seq: number;
  /** Since `up`. */
  readonly tMs: number;
  /** On the clock of `seenAt`, `silentSince` and the history. */
  readonly nowMs: number;
  readonly phase: Snapshot['phase'];
  readonly events: number;
  /** What `up` was given. */
  readonly options: Readonly<Record<string, string>>;
  /** Those of them that the log has taken over. */
  readonly live: readonly string[];
  readonly nodes: readonly NodeObservation[];
  readonly history: LeaderHistory;
  readonly links: readonly LinkView[];
  readonly faults: readonly FaultView[];
}

export interface NodeObservation {
  readonly id: NodeId;
  readonly state: NodeState;
  readonly pid: number | null;
  readonly region: string | null;
  readonly disk: DiskId;
  /** Port of the client link. */
  readonly clientPort: number | null;
  /** The same for clients that stand in a region, by region. */
  readonly clientPortAt: Readonly<Record<string, number>>;
  /** The node's own client port, past the proxy. */
  readonly directPort: number | null;
  /** What it answered in this round; null when it did not. */
  readonly report: NodeReport | null;
  /** When it last answered, in this round or before. */
  readonly seenAt: number | null;
  /** Since when it has a process and does not answer; null when it answered this round, or has none. */
  readonly silentSince: number | null;
}

interface Answered {
  readonly id: NodeId;
  readonly status: ReplicaStatus;
}

/** What people, `expect` and the screen are shown: observations put side by side, nothing remembered. */
export function buildSnapshot(seen: Observations): Snapshot {
  const answered = seen.nodes.flatMap(({ id, report }) =>
    report === null ? [] : [{ id, status: report.replica }],
  );
  const leader = newestLeader(answered);
  return {
    schema: 'replab.snapshot/1',
    cluster: seen.cluster,
    mode: seen.mode,
    engine: seen.engine,
    seq: seen.seq,
    tMs: Math.round(seen.tMs),
    phase: seen.phase,
    events: seen.events,
    options: optionsOf(seen, leader ?? furthestOf(answered)),
    leaders: leadersOf(answered, leader),
    nodes: seen.nodes
      .toSorted((a, b) => compareNodes(a.id, b.id))
      .map((node) => nodeView(node, leader, seen)),
    links: seen.links,
    faults: seen.faults,
    divergence: { state: divergenceOf(answered, leader, seen.nodes.length) },
  };
}

/** What was given to `up` says nothing of a live setting: it may have been changed since, in a log. */
function optionsOf({ options, live }: Observations, teller: Answered | null): Snapshot['options'] {
  const unknown = Object.fromEntries(live.map((name) => [name, null]));
  const inForce = teller === null || teller.status.settingsAt === 0 ? {} : teller.status.settings;
  return { ...options, ...unknown, ...inForce };
}

/** The newest first; a leader of a lower epoch that has not heard of it is `@leader.old`. */
function leadersOf(answered: readonly Answered[], newest: Answered | null): readonly LeaderView[] {
  return answered
    .filter(({ status }) => status.role === 'leader')
    .toSorted((a, b) => compareBallots(b.status.epoch, a.status.epoch))
    .map(({ id, status }) => ({
      id,
      shard: 0,
      epoch: epochView(status.epoch),
      newest: newest !== null && sameBallot(status.epoch, newest.status.epoch),
    }));
}

function nodeView(node: NodeObservation, leader: Answered | null, seen: Observations): NodeView {
  const { report } = node;
  const replica = viewOf(report?.replica ?? null, leader, seen);
  return {
    id: node.id,
    state: node.state,
    pid: node.pid,
    region: node.region,
    disk: node.disk,
    boot: report?.boot ?? null,
    ...replica,
    seenMs: node.seenAt === null ? null : Math.max(0, Math.round(seen.nowMs - node.seenAt)),
    busyMs: report !== null || node.silentSince === null ? 0 : Math.round(seen.nowMs - node.silentSince),
    address: {
      client: address(node.clientPort),
      direct: address(node.directPort),
      clientAt: Object.fromEntries(
        Object.entries(node.clientPortAt).map(([region, port]) => [region, `127.0.0.1:${port}`]),
      ),
    },
    memory: report?.memory ?? null,
    clockErrorMs: report?.clockErrorMs ?? null,
    waiting: {
      requests: report?.waiting.requests ?? null,
      oldestMs: report === null ? null : Math.round(report.waiting.oldestMs),
    },
    dropped: report === null ? null : Object.values(report.dropped).reduce((sum, count) => sum + count, 0),
    replicas: [{ shard: 0, ...replica }],
  };
}

function viewOf(status: ReplicaStatus | null, leader: Answered | null, seen: Observations): ReplicaView {
  if (status === null) return unknownReplica;
  if (leader === null) return replicaView(status, unknownReplica.lag);
  return replicaView(status, lagOf(status, leader.status, seen.history, seen.nowMs));
}

function address(port: number | null): string | null {
  return port === null ? null : `127.0.0.1:${port}`;
}

/**
 * Same place and different contents is divergence, different places is lag, and the two are never taken for
 * each other (P12). Same place means the same chain too: a fork of equal length is another place. A fork is
 * neither: it does not catch up, it must be given up.
 */
function divergenceOf(
  answered: readonly Answered[],
  leader: Answered | null,
  nodes: number,
): Snapshot['divergence']['state'] {
  const statuses = answered.map(({ status }) => status);
  const diverged = statuses.some((a, i) =>
    statuses.slice(i + 1).some((b) => atSamePlace(a, b) && a.digest.value !== b.digest.value),
  );
  if (diverged) return 'diverged';
  const standard = (leader ?? furthestOf(answered))?.status;
  const isForked = ({ received }: ReplicaStatus): boolean =>
    standard !== undefined && containsAt(standard.epochs, standard.received, received) === 'forked';
  if (statuses.some(isForked)) return 'forked';
  if (statuses.length < nodes || statuses.length === 0) return 'unknown';
  return statuses.every((status) => atSamePlace(status, statuses[0]!)) ? 'equal' : 'behind';
}

/** A chain is that of the log's end: it tells of the digest's place when the state has come that far. */
function atSamePlace(a: ReplicaStatus, b: ReplicaStatus): boolean {
  if (!samePosition(a.digest.at, b.digest.at)) return false;
  const bothAtEnd = [a, b].every(({ digest, received }) => samePosition(digest.at, received));
  return !bothAtEnd || a.chain === b.chain;
}
