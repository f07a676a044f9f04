import { withCluster } from '../client/cluster-connection.ts';
import { ReplabError } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { runAnnounced } from '../load/announced.ts';
import { createLive } from '../load/live.ts';
import { workloads, workloadNames, type WorkloadName } from '../workloads/workloads.ts';
import { defineCommand, type Context, type DocumentResult } from './command.ts';
import { fixed } from './completes.ts';
import { historyWords } from './histories.ts';
import { listLoads, loadInBackground, stopLoad } from './load-actions.ts';
import { loadOptions, longestMs, planOf, requirePlaces } from './load-options.ts';
import { loadText } from './load-text.ts';
import { opening } from './opening.ts';
import { completing, flag, notOneOf, optional, required } from './params.ts';

const whats = [...workloadNames, 'stop', 'ls'] as const;
type What = (typeof whats)[number];

export const load = defineCommand({
  name: 'load',
  summary:
    'many clients at once, from a seed: how fast, how often refused, what they saw that they should not have',
  notes: [
    `Workloads:\n${workloadNames.map((name) => `  ${name}\n      ${workloads[name].summary}`).join('\n')}`,
    'What was done and answered is recorded as a history, with a final read of every node that has caught up; `replab check` judges it. Keys begin with the id of the load, so that it begins with none of them there.',
    'With a rate, operations are due at even times whatever became of those before, and latency counts from then: a client that waits for a slow answer does not hide it. With `--rate max` each client asks again as soon as it was answered.',
    '`--background`: a process of the cluster does it, until `load stop`, `--for` or `down`. It answers with its id at the first acknowledged operation; exit 5 says what operations met when there is none within --timeout. `load stop` waits for its end and prints what any load prints; of one that has ended, again.',
    'Anomalies are counted by the rules of `check`. Latencies are of what was acknowledged; `windows` has each second by itself, so that before, during and after a fault can be told apart.',
  ],
  args: {
    what: completing(
      fixed(...whats),
      required('WHAT', `a workload (${workloadNames.join(', ')}), stop or ls`, whatOf),
    ),
    id: completing(historyWords, optional('ID', 'which load to stop; the only one that runs when left out')),
  },
  options: {
    ...loadOptions,
    background: flag('go on after the first acknowledged operation; prints its id'),
  },
  examples: [
    { run: 'replab load register --for 2s', does: 'ten clients, 200 operations a second' },
    {
      run: 'replab load session --for 2s --read any',
      does: 'do users see what they wrote, wherever they read?',
    },
    { run: 'replab load counter --ops 500 --rate max --keys 1', does: 'as fast as it goes, on one key' },
    { run: 'replab load set --background', does: 'until it is stopped' },
    { run: 'replab load stop', does: 'stop it, and see what it came to' },
    { run: 'replab load ls', does: 'all there were' },
  ],
  waitMs(input) {
    const { within, settle, background } = input.options;
    return isRun(input) && !background ? longestMs(planIn(input, 0)) + within + settle : 0;
  },
  unwindMs: 10_000,
  async run(context, input) {
    const { what, id } = input.args;
    if (what === 'stop') return await stopLoad(context, id);
    if (id !== null) throw usage(`${what} takes no ID; given: ${id}.`);
    if (what === 'ls') return await listLoads(context);
    const plan = planIn(input, context.chance.seed);
    return await (input.options.background ? loadInBackground(context, plan) : loadHere(context, plan));
  },
});

interface Input {
  readonly args: { readonly what: What };
  readonly options: Parameters<typeof planOf>[1] & { readonly background: boolean };
}

function isRun({ args: { what } }: Input): boolean {
  return what !== 'stop' && what !== 'ls';
}

/** Of one that runs. */
function planIn({ args: { what }, options }: Input, seed: number): LoadPlan {
  return planOf(what as WorkloadName, options, seed, options.background);
}

/** In this process, until it is done. */
async function loadHere(context: Context, plan: LoadPlan): Promise<DocumentResult> {
  // Not ended with the command: its end is recorded, interrupted or not.
  const { signal: _, ...open } = opening(context);
  return await withCluster(open, async (cluster) => {
    await requirePlaces(cluster, plan, context.chance);
    let id = '';
    const registers = workloads[plan.workload as WorkloadName].model === 'register';
    const live = createLive(() => id, registers, context.progress);
    const { document, event } = await runAnnounced(cluster, plan, {
      signal: context.signal,
      onBegin: (given) => (id = given),
      onDone: live.done,
    });
    return {
      kind: 'document',
      json: { ...document, event },
      text: (style) => loadText(document, style),
      next: [`replab check -c ${cluster.name} ${document.id}`],
    };
  });
}

function whatOf(word: string): What {
  const what = whats.find((one) => one === word);
  if (what === undefined) throw notOneOf(whats);
  return what;
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'load', message });
}
