import type { Cluster } from '../client/cluster-connection.ts';
import { errorTable } from '../control/error-table.ts';
import { toReplabError, type ReplabError } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { paths } from '../control/state-dir.ts';
import type { Header, Operation } from '../history/operation.ts';
import { assert } from '../lib/assert.ts';
import { createRng } from '../lib/rng.ts';
import type { Generator, Workload } from '../workloads/workload.ts';
import { workloads, type WorkloadName } from '../workloads/workloads.ts';
import { createActor, type Actor } from './actor.ts';
import { findAnomalies } from './anomalies.ts';
import { finalReads } from './finals.ts';
import { HistoryFile } from './history-file.ts';
import { createPace, type Pace } from './pace.ts';
import { costsOf, reportOf, type LoadReport, type Recorded, type SessionCosts } from './report.ts';
import { watchScene, type Scene } from './scene.ts';

export interface RunOptions {
  readonly id: string;
  /** When it was announced, on the clock of the cluster's events. */
  readonly startTMs: number;
  /** Ends it early; what is under way is waited for. */
  readonly signal: AbortSignal;
  /** Called with every operation that is over. */
  onDone(recorded: Recorded, atMs: number): void;
}

/** All of them are kept until the end, to be judged. */
const mostOperations = 1_000_000;

/** Runs a load to its end. What goes wrong with an operation is part of the result; a full disk is not. */
export async function runLoad(cluster: Cluster, plan: LoadPlan, options: RunOptions): Promise<LoadReport> {
  const workload: Workload = workloads[plan.workload as WorkloadName];
  assert(workload !== undefined, 'a plan names a workload there is', { workload: plan.workload });
  const { id, startTMs } = options;
  const prefix = id;
  const generator = workload.create({ ...plan, prefix, rng: createRng(plan.seed) });
  const { model, claims } = workload;
  const header: Header = { nodes: cluster.spec.nodes, initial: null, model, claims, appended: true };
  const beganAt = performance.now();
  const nowMs = (): number => performance.now() - beganAt;
  const history = new HistoryFile(
    paths.history(cluster.dir, id),
    { ...header, load: { id, ...plan } },
    nowMs,
  );
  const scene = await watchScene(cluster);
  try {
    const recorded: Recorded[] = [];
    const pace = createPace(plan, nowMs, AbortSignal.any([options.signal, scene.gone]), mostOperations);
    const world: World = { plan, workload, generator, history, scene, pace, nowMs };
    const sessions = await runClients(world, (one) => {
      recorded.push(one);
      options.onDone(one, nowMs());
    });
    const tookMs = nowMs();
    const finals = await finalReads({
      cluster,
      prefix,
      workload,
      generator,
      history,
      process: (recorded.length + 1) * plan.clients * plan.pipeline,
      settleMs: plan.settleMs,
    });
    const operations = inOrder([...recorded.map(({ operation }) => operation), ...finals.operations]);
    const found = findAnomalies(operations, header, workload);
    const { nodes } = cluster.spec;
    return reportOf({
      id,
      plan,
      startTMs,
      tookMs,
      notBegun: pace.notBegun(),
      nodes,
      recorded,
      found,
      sessions,
      finals: finals.nodes,
      history: history.path,
    });
  } finally {
    scene.close();
    history.close();
  }
}

interface World {
  readonly plan: LoadPlan;
  readonly workload: Workload;
  readonly generator: Generator;
  readonly history: HistoryFile;
  readonly scene: Scene;
  readonly pace: Pace;
  readonly nowMs: () => number;
}

/** Checkers number operations in order of invocation, without gaps; those of nodes that did not answer are left out. */
function inOrder(operations: readonly Operation[]): readonly Operation[] {
  return operations.toSorted((a, b) => a.start - b.start).map((operation, id) => ({ ...operation, id }));
}

/** Answers what their sessions did, together. */
async function runClients(world: World, onDone: (recorded: Recorded) => void): Promise<SessionCosts> {
  const { plan } = world;
  const { clients, pipeline, seed, asPrefix } = plan;
  const slots = clients * pipeline;
  const actors = Array.from({ length: clients }, (_, client) =>
    createActor(world.scene.cluster, { as: `${asPrefix}${client + 1}`, plan, seed: seed + client }),
  );
  try {
    await Promise.all(
      Array.from({ length: slots }, (_, slot) => {
        const client = slot % clients;
        const who = { slot, slots, client, session: `${asPrefix}${client + 1}`, actor: actors[client]! };
        return runSlot(world, who, onDone);
      }),
    );
    return costsOf(actors.map(({ counts }) => counts));
  } finally {
    for (const actor of actors) actor.close();
  }
}

interface Who {
  readonly slot: number;
  readonly slots: number;
  readonly client: number;
  readonly session: string;
  readonly actor: Actor;
}

/** One after another; a process whose operation has no known end is never heard of again, as Jepsen has it. */
async function runSlot(
  world: World,
  { slot, slots, client, session, actor }: Who,
  onDone: (recorded: Recorded) => void,
): Promise<void> {
  for (let process = slot; ;) {
    const dueMs = await world.pace.next(slot);
    if (dueMs === null) return;
    const recorded = await carryOut(world, { process, client, session, actor }, dueMs);
    if (recorded.operation.outcome === 'info') process += slots;
    onDone(recorded);
    if (recorded.code !== null) await world.pace.rest();
  }
}

async function carryOut(
  { generator, history, workload, scene, nowMs }: World,
  {
    process,
    client,
    session,
    actor,
  }: Pick<Who, 'client' | 'session' | 'actor'> & { readonly process: number },
  dueMs: number,
): Promise<Recorded> {
  const { f, key, value, call } = generator.next(client);
  const isRead = f === 'read';
  const begun = history.begin({ process, session, f, key, value });
  const over = (operation: Operation, code: string | null, role: Recorded['role']): Recorded => {
    return { operation, dueMs, tookMs: nowMs() - dueMs, isRead, code, role };
  };
  try {
    const { node, answer } = await actor.call(call);
    const operation = begun.ended('ok', node, isRead ? workload.shown(answer) : value);
    return over(operation, null, scene.leads(node, key) ? 'leader' : 'follower');
  } catch (thrown) {
    const { code, facts } = errorIn(thrown);
    const node = typeof facts.node === 'string' ? facts.node : null;
    return over(begun.ended(errorTable[code].definite ? 'fail' : 'info', node, value), code, null);
  }
}

/** What is no trouble of the cluster's is none of the load's to count. */
function errorIn(thrown: unknown): ReplabError {
  const error = toReplabError(thrown);
  if (error.code === 'internal' || error.code === 'disk-full' || error.code === 'state-unwritable')
    throw thrown;
  return error;
}
