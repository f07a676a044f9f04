import type { NodeReport } from '../node/ipc.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';
import { shardsOf } from '../protocol/shard.ts';
import { addSample, isCaughtUp, newestLeader, type LeaderHistory } from './lag.ts';
import type { ManagedNode } from './node.ts';
import type { NodeHits } from './node-hits.ts';

/** One look at all nodes. Probes go past every link: no fault touches them. */
export interface Round {
  /** Counts rounds from 1. */
  readonly seq: number;
  /** By node; absent: it did not answer. */
  readonly reports: ReadonlyMap<NodeId, NodeReport>;
}

export interface Answered {
  readonly id: NodeId;
  readonly status: ReplicaStatus;
}

/** How long a node may take over a probe before it counts as not answering. */
const probeMs = 500;
/** Between rounds of its own: while replicas move or lag, and when all is quiet. Lag in ms is as coarse. */
const busyEveryMs = 200;
const quietEveryMs = 1000;
/** A round of fifty nodes costs more than one of three. */
const perNodeMs = 10;

/** Looks at the nodes, on request and by itself, and keeps what lag is told from. */
export class Sampler {
  readonly #nodes: readonly ManagedNode[];
  readonly #hits: NodeHits;
  readonly #seenAt = new Map<NodeId, number>();
  #latest: Round = { seq: 0, reports: new Map() };
  readonly #shards: readonly number[];
  #histories: readonly LeaderHistory[];
  #running: Promise<Round> | null = null;
  #next: Promise<Round> | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(nodes: readonly ManagedNode[], hits: NodeHits, shards: number) {
    this.#nodes = nodes;
    this.#hits = hits;
    this.#shards = shardsOf(shards);
    this.#histories = this.#shards.map(() => []);
  }

  get latest(): Round {
    return this.#latest;
  }

  /** Of each shard. */
  get histories(): readonly LeaderHistory[] {
    return this.#histories;
  }

  /** When a node last answered (`performance.now`); null: never. */
  seenAt(node: NodeId): number | null {
    return this.#seenAt.get(node) ?? null;
  }

  /** A round begun after the call, leaders first; calls made meanwhile share the next one (P13). */
  fresh(): Promise<Round> {
    if (this.#running === null) return this.#begin();
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      return this.#begin();
    });
    return this.#next;
  }

  /** Calls `watcher` after each round until the answered function is called; meanwhile it looks as when all move. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** The leaders' logs have begun anew: what they had when is no measure any more. */
  forget(): void {
    this.#histories = this.#shards.map(() => []);
  }

  /** Looks by itself from now on, more often while something moves, or somebody watches. */
  start(): void {
    this.#schedule(busyEveryMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(everyMs: number): void {
    this.#timer = setTimeout(() => void this.#look(), everyMs);
  }

  async #look(): Promise<void> {
    const before = this.#latest;
    const round = await this.fresh();
    for (const watcher of this.#watchers) watcher();
    const moving = this.#shards.some((shard) => isMoving(before, round, shard));
    const isBusy = this.#watchers.size > 0 || moving;
    if (this.#timer !== null) this.#schedule(pace(isBusy, this.#nodes.length));
  }

  #begin(): Promise<Round> {
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Of each shard its leader first. A node that leads only some is asked again for the others. */
  async #run(): Promise<Round> {
    const known = this.#latest.reports;
    const leads: Takes = (id, shard) => known.get(id)?.replicas[shard]?.role === 'leader';
    const leading = this.#nodes.filter(({ id }) => this.#shards.some((shard) => leads(id, shard)));
    const others = this.#nodes.filter(({ id }) => !this.#shards.every((shard) => leads(id, shard)));
    const asked: Asked = new Map();
    await this.#probe(leading, asked, () => true);
    await this.#probe(others, asked, (id, shard) => !leads(id, shard));
    await this.#askAgain(asked, leads);
    const reports = new Map([...asked].map(([id, { report }]) => [id, report]));
    this.#latest = { seq: this.#latest.seq + 1, reports };
    this.#histories = this.#histories.map((history, shard) => {
      const leader = newestLeader(answersOf(reports, shard));
      if (leader === null) return history;
      const { received: last, epochs } = leader.status;
      return addSample(history, { atMs: asked.get(leader.id)!.atMs[shard]!, last }, epochs);
    });
    return this.#latest;
  }

  /** Whoever began to lead since the last round was asked together with its followers, or after them. */
  async #askAgain(asked: Asked, led: Takes): Promise<void> {
    const reports = new Map([...asked].map(([id, { report }]) => [id, report]));
    const newLeaders = this.#shards.map((shard) => {
      const leader = newestLeader(answersOf(reports, shard));
      return leader === null || led(leader.id, shard) ? null : leader.id;
    });
    const follows: Takes = (id, shard) => newLeaders[shard] != null && newLeaders[shard] !== id;
    const nodes = this.#nodes.filter(
      ({ id }) => asked.has(id) && this.#shards.some((shard) => follows(id, shard)),
    );
    await this.#probe(nodes, asked, follows);
  }

  /** `takes`: for which shards of which nodes the answer counts, if there is one already. */
  async #probe(nodes: readonly ManagedNode[], asked: Asked, takes: Takes): Promise<void> {
    const ask = async (node: ManagedNode): Promise<void> => {
      // A stopped process answers nothing: nobody waits for it.
      if (node.state === 'paused') return;
      const { process } = node;
      const report = (await process?.probe(probeMs)) ?? null;
      if (process === null || report === null) return;
      this.#hits.note(process.identity, report.hits);
      const atMs = performance.now();
      this.#seenAt.set(node.id, atMs);
      const answer = { report, atMs: report.replicas.map(() => atMs) };
      const before = asked.get(node.id);
      asked.set(
        node.id,
        before === undefined ? answer : merged(before, answer, (shard) => takes(node.id, shard)),
      );
    };
    await Promise.all(nodes.map(ask));
  }
}

type Takes = (node: NodeId, shard: number) => boolean;

interface Answer {
  readonly report: NodeReport;
  /** When each of its replicas said so. */
  readonly atMs: readonly number[];
}

type Asked = Map<NodeId, Answer>;

function merged(before: Answer, now: Answer, takes: (shard: number) => boolean): Answer {
  const { report } = now;
  return {
    report: {
      ...report,
      replicas: report.replicas.map((replica, i) => (takes(i) ? replica : before.report.replicas[i]!)),
    },
    atMs: now.atMs.map((atMs, i) => (takes(i) ? atMs : before.atMs[i]!)),
  };
}

/** The replicas of one shard. */
export function answersOf(reports: ReadonlyMap<NodeId, NodeReport>, shard: number): readonly Answered[] {
  return [...reports].map(([id, { replicas }]) => ({ id, status: replicas[shard]! }));
}

function pace(isBusy: boolean, nodes: number): number {
  return Math.max(isBusy ? busyEveryMs : quietEveryMs, perNodeMs * nodes);
}

/** The leader's log grew, or someone does not have all of it. */
function isMoving(before: Round, round: Round, shard: number): boolean {
  const answered = answersOf(round.reports, shard);
  const leader = newestLeader(answered);
  if (leader === null) return false;
  const then = before.reports.get(leader.id)?.replicas[shard];
  const grew = then?.received.index !== leader.status.received.index;
  return grew || answered.some(({ status }) => !isCaughtUp(status, leader.status));
}
