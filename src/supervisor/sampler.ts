import type { NodeReport } from '../node/ipc.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';
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
  #history: LeaderHistory = [];
  #running: Promise<Round> | null = null;
  #next: Promise<Round> | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(nodes: readonly ManagedNode[], hits: NodeHits) {
    this.#nodes = nodes;
    this.#hits = hits;
  }

  get latest(): Round {
    return this.#latest;
  }

  get history(): LeaderHistory {
    return this.#history;
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

  /** The leader's log has begun anew: what it had when is no measure any more. */
  forget(): void {
    this.#history = [];
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
    const isBusy = this.#watchers.size > 0 || isMoving(before, round);
    if (this.#timer !== null) this.#schedule(pace(isBusy, this.#nodes.length));
  }

  #begin(): Promise<Round> {
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<Round> {
    const reports = new Map<NodeId, NodeReport>();
    const led = this.#nodes.filter(({ id }) => this.#latest.reports.get(id)?.replica.role === 'leader');
    await this.#probe(led, reports);
    await this.#probe(
      this.#nodes.filter((node) => !led.includes(node)),
      reports,
    );
    const leader = newestLeader(answersOf(reports));
    // Whoever began to lead since the last round was asked together with its followers, or after them.
    if (leader !== null && !led.some(({ id }) => id === leader.id)) {
      await this.#probe(
        this.#nodes.filter(({ id }) => id !== leader.id && reports.has(id)),
        reports,
      );
    }
    this.#latest = { seq: this.#latest.seq + 1, reports };
    if (leader !== null) {
      const sample = { atMs: this.#seenAt.get(leader.id)!, last: leader.status.received };
      this.#history = addSample(this.#history, sample, leader.status.epochs);
    }
    return this.#latest;
  }

  async #probe(nodes: readonly ManagedNode[], reports: Map<NodeId, NodeReport>): Promise<void> {
    const ask = async (node: ManagedNode): Promise<void> => {
      // A stopped process answers nothing: nobody waits for it.
      if (node.state === 'paused') return;
      const { process } = node;
      const report = (await process?.probe(probeMs)) ?? null;
      if (process === null || report === null) return;
      this.#hits.note(process.identity, report.hits);
      reports.set(node.id, report);
      this.#seenAt.set(node.id, performance.now());
    };
    await Promise.all(nodes.map(ask));
  }
}

export function answersOf(reports: ReadonlyMap<NodeId, NodeReport>): readonly Answered[] {
  return [...reports].map(([id, { replica }]) => ({ id, status: replica }));
}

function pace(isBusy: boolean, nodes: number): number {
  return Math.max(isBusy ? busyEveryMs : quietEveryMs, perNodeMs * nodes);
}

/** The leader's log grew, or someone does not have all of it. */
function isMoving(before: Round, round: Round): boolean {
  const answered = answersOf(round.reports);
  const leader = newestLeader(answered);
  if (leader === null) return false;
  const grew = before.reports.get(leader.id)?.replica.received.index !== leader.status.received.index;
  return grew || answered.some(({ status }) => !isCaughtUp(status, leader.status));
}
