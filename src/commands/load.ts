import { openCluster } from '../client/cluster-connection.ts';
import { runAnnounced } from '../load/announced.ts';
import { createLive } from '../load/live.ts';
import { workloads, workloadNames, type WorkloadName } from '../workloads/workloads.ts';
import { defineCommand } from './command.ts';
import { fixed } from './completes.ts';
import { expectedMs, loadOptions, planOf, requirePlaces } from './load-options.ts';
import { loadText } from './load-text.ts';
import { opening } from './opening.ts';
import { completing, notOneOf, required } from './params.ts';

export const load = defineCommand({
  name: 'load',
  summary:
    'many clients at once, from a seed: how fast, how often refused, what they saw that they should not have',
  notes: [
    `Workloads:\n${workloadNames.map((name) => `  ${name}\n      ${workloads[name].summary}`).join('\n')}`,
    'What was done and answered is recorded as a history, with a final read of every node that has caught up; `replab check` judges it. Keys begin with the id of the load, so that it begins with none of them there.',
    'With a rate, operations are due at even times whatever became of those before, and latency counts from then: a client that waits for a slow answer does not hide it. With `--rate max` each client asks again as soon as it was answered.',
    'Anomalies are counted by the rules of `check`. Latencies are of what was acknowledged; `windows` has each second by itself, so that before, during and after a fault can be told apart.',
  ],
  args: {
    workload: completing(
      fixed(...workloadNames),
      required('WORKLOAD', workloadNames.join(', '), workloadName),
    ),
  },
  options: loadOptions,
  examples: [
    { run: 'replab load register --for 2s', does: 'ten clients, 200 operations a second' },
    {
      run: 'replab load session --for 2s --read any',
      does: 'do users see what they wrote, wherever they read?',
    },
    { run: 'replab load counter --ops 500 --rate max --keys 1', does: 'as fast as it goes, on one key' },
  ],
  endless: ({ args, options }) => expectedMs(planOf(args.workload, options, 0, false)) === null,
  waitMs: ({ args, options }) =>
    (expectedMs(planOf(args.workload, options, 0, false)) ?? 0) + options.within + options.settle,
  unwindMs: 10_000,
  async run(context, { args, options }) {
    const plan = planOf(args.workload, options, context.chance.seed, false);
    // Not ended with the command: its end is recorded, interrupted or not.
    const { signal: _, ...open } = opening(context);
    const cluster = await openCluster(open);
    try {
      await requirePlaces(cluster, plan, context.chance);
      let id = '';
      const live = createLive(() => id, context.progress);
      const { report, event } = await runAnnounced(cluster, plan, {
        signal: context.signal,
        onBegin: (given) => (id = given),
        onDone: live.done,
      });
      return {
        kind: 'document',
        json: { schema: 'replab.load/1', cluster: cluster.name, ...report, event },
        text: (style) => loadText(report, style),
        next: [`replab check -c ${cluster.name} ${report.id}`],
      };
    } finally {
      cluster.close();
    }
  },
});

function workloadName(word: string): WorkloadName {
  const name = workloadNames.find((one) => one === word);
  if (name === undefined) throw notOneOf(workloadNames);
  return name;
}
