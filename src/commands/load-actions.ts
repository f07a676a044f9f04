import { readFileSync } from 'node:fs';
import { withCluster, type Cluster } from '../client/cluster-connection.ts';
import { ReplabError } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { paths } from '../control/state-dir.ts';
import type { LoadDocument } from '../load/announced.ts';
import type { Context, DocumentResult } from './command.ts';
import { historiesOf, isLoadId } from './histories.ts';
import { requirePlaces } from './load-options.ts';
import { loadText } from './load-text.ts';
import { opening } from './opening.ts';
import { table, type Cell } from './table.ts';

/** Starts one that goes on by itself. */
export function loadInBackground(context: Context, plan: LoadPlan): Promise<DocumentResult> {
  return withCluster(opening(context), async (cluster) => {
    await requirePlaces(cluster, plan, context.chance);
    context.progress('waiting for the first acknowledged operation');
    const started = await cluster.request('load-start', { plan, withinMs: context.timeoutMs });
    const { name: c } = cluster;
    const { id, pid } = started;
    const history = paths.history(cluster.dir, id);
    return {
      kind: 'document',
      json: {
        schema: 'replab.load-started/1',
        cluster: c,
        ...started,
        workload: plan.workload,
        plan,
        history,
      },
      text: () => id,
      note: () => `${plan.workload} runs in the background, pid ${pid}`,
      next: [`replab load -c ${c} stop ${id}`],
    };
  });
}

/** Waits for its end, and answers what it came to. One that has ended says it again. */
export function stopLoad(context: Context, asked: string | null): Promise<DocumentResult> {
  return withCluster(opening(context), async (cluster) => {
    context.progress('waiting for what is under way, and for followers to catch up');
    const { id, changed, event } = await cluster.request('load-stop', { id: asked });
    const document = await documentOf(cluster, id);
    return {
      kind: 'document',
      json: { ...document, changed, event },
      text: (style) => loadText(document, style),
      next: [`replab check -c ${cluster.name} ${id}`],
    };
  });
}

async function documentOf(cluster: Cluster, id: string): Promise<LoadDocument> {
  const document = readDocument(cluster, id);
  if (document !== null) return document;
  if (historiesOf(cluster.dir).includes(id))
    throw new ReplabError('load-lost', { cluster: cluster.name, id });
  const { loads } = await cluster.request('loads', {});
  throw new ReplabError('no-such-load', {
    cluster: cluster.name,
    id,
    names: loads.map((one) => one.id).join(', '),
  });
}

function readDocument({ dir }: Cluster, id: string): LoadDocument | null {
  try {
    return JSON.parse(readFileSync(paths.loadReport(dir, id), 'utf8')) as LoadDocument;
  } catch {
    return null;
  }
}

interface Listed {
  readonly id: string;
  /** `lost`: its process was killed. */
  readonly state: 'running' | 'ended' | 'lost';
  readonly workload: string | null;
  readonly pid: number | null;
  readonly ops: number | null;
  readonly ok: number | null;
  readonly okPerS: number | null;
  readonly history: string;
}

/** All there were, whether they run or not. */
export function listLoads(context: Context): Promise<DocumentResult> {
  return withCluster(opening(context), async (cluster) => {
    const running = new Map((await cluster.request('loads', {})).loads.map((one) => [one.id, one]));
    const ids = historiesOf(cluster.dir).filter(isLoadId);
    const loads = ids.map((id): Listed => {
      const { pid = null, plan } = running.get(id) ?? {};
      const document = readDocument(cluster, id);
      const state = plan !== undefined ? 'running' : document === null ? 'lost' : 'ended';
      return {
        id,
        state,
        workload: plan?.workload ?? document?.workload ?? null,
        pid,
        ops: document?.ops ?? null,
        ok: document?.ok ?? null,
        okPerS: document?.okPerS ?? null,
        history: paths.history(cluster.dir, id),
      };
    });
    return {
      kind: 'document',
      json: { schema: 'replab.loads/1', cluster: cluster.name, loads },
      text: (style) =>
        loads.length === 0
          ? 'There was no load yet.'
          : table(
              ['LOAD', 'STATE', 'WORKLOAD', 'OPS', 'OK', 'OK/S', 'PID'],
              loads.map(rowOf),
              style,
              [3, 4, 5, 6],
            ),
    };
  });
}

const paints = { running: 'good', ended: 'dim', lost: 'caution' } as const;

function rowOf({ id, state, workload, ops, ok, okPerS, pid }: Listed): readonly Cell[] {
  const number = (one: number | null): string => (one === null ? '-' : String(Math.round(one)));
  return [
    { text: id, paint: 'bold' },
    { text: state, paint: paints[state] },
    workload ?? '?',
    number(ops),
    number(ok),
    number(okPerS),
    number(pid),
  ];
}
