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
  /** Of each shard. */
  readonly histories: readonly LeaderHistory[];
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

/** The replicas of one shard that answered, and the newest that leads. */
interface Shard {
  readonly shard: number;
  readonly history: LeaderHistory;
  readonly answered: readonly Answered[];
  readonly leader: Answered | null;
}

/** What people, `expect` and the screen are shown: observations put side by side, nothing remembered. */
export function buildSnapshot(seen: Observations): Snapshot {
  const shards = seen.histories.map((history, shard): Shard => {
    const answered = seen.nodes.flatMap(({ id, report }) =>
      report === null ? [] : [{ id, status: report.replicas[shard]! }],
    );
    return { shard, history, answered, leader: newestLeader(answered) };
  });
  return {
    schema: 'replab.snapshot/1',
    cluster: seen.cluster,
    mode: seen.mode,
    engine: seen.engine,
    seq: seen.seq,
    tMs: Math.round(seen.tMs),
    phase: seen.phase,
    events: seen.events,
    options: optionsOf(seen, shards),
    leaders: shards.flatMap(leadersOf),
    nodes: seen.nodes
      .toSorted((a, b) => compareNodes(a.id, b.id))
      .map((node) => nodeView(node, shards, seen)),
    links: seen.links,
    faults: seen.faults,
    divergence: { state: worstOf(shards.map((shard) => divergenceOf(shard, seen.nodes.length))) },
  };
}

/**
 * What was given to `up` says nothing of a live setting: it may have been changed since, in a log. Where the logs
 * of two shards differ, a change has not come to both, and nothing is in force in the cluster as a whole.
 */
function optionsOf({ options, live }: Observations, shards: readonly Shard[]): Snapshot['options'] {
  const told = shards.map(({ leader, answered }) => {
    const teller = leader ?? furthestOf(answered);
    return teller === null || teller.status.settingsAt === 0 ? {} : teller.status.settings;
  });
  const names = new Set([...live, ...Object.keys(told[0] ?? {})]);
  const inForce = [...names].map((name): [string, string | null] => {
    const values = new Set(told.map((settings) => settings[name] ?? null));
    return [name, values.size === 1 ? [...values][0]! : null];
  });
  return { ...options, ...Object.fromEntries(inForce) };
}

/** The newest first; a leader of a lower epoch that has not heard of it is `@leader.old`. */
function leadersOf({ shard, answered, leader: newest }: Shard): readonly LeaderView[] {
  return answered
    .filter(({ status }) => status.role === 'leader')
    .toSorted((a, b) => compareBallots(b.status.epoch, a.status.epoch))
    .map(({ id, status }) => ({
      id,
      shard,
      epoch: epochView(status.epoch),
      newest: newest !== null && sameBallot(status.epoch, newest.status.epoch),
    }));
}

/** What is a replica's stands at the node too: that of the first shard. */
function nodeView(node: NodeObservation, shards: readonly Shard[], seen: Observations): NodeView {
  const { report } = node;
  const replicas = shards.map((shard) => ({
    shard: shard.shard,
    ...viewOf(report?.replicas[shard.shard] ?? null, shard, seen.nowMs),
  }));
  const { shard: _, ...replica } = replicas[0]!;
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
    replicas,
  };
}

function viewOf(status: ReplicaStatus | null, { leader, history }: Shard, nowMs: number): ReplicaView {
  if (status === null) return unknownReplica;
  if (leader === null) return replicaView(status, unknownReplica.lag);
  return replicaView(status, lagOf(status, leader.status, history, nowMs));
}

function address(port: number | null): string | null {
  return port === null ? null : `127.0.0.1:${port}`;
}

type Divergence = Snapshot['divergence']['state'];

function worstOf(states: readonly Divergence[]): Divergence {
  return (
    (['diverged', 'forked', 'unknown', 'behind'] as const).find((state) => states.includes(state)) ?? 'equal'
  );
}

/**
 * Same place and different contents is divergence, different places is lag, and the two are never taken for
 * each other (P12). Same place means the same chain too: a fork of equal length is another place. A fork is
 * neither: it does not catch up, it must be given up.
 */
function divergenceOf({ answered, leader }: Shard, nodes: number): Divergence {
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
