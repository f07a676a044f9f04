import { availableParallelism } from 'node:os';
import { exitCodes } from '../control/exit-codes.ts';
import { modes } from '../protocol/modes.ts';
import { describeOptions, type SimOptions } from '../sim/options.ts';
import { runSeeds } from '../sim/pool.ts';
import { addReports, type SimReport } from '../sim/report.ts';
import type { SimRequest } from '../sim/run.ts';
import { maxNodes } from '../cluster/spec.ts';
import { count } from './count.ts';
import { defineCommand, type StreamItem } from './command.ts';
import { integer, integerOr, oneOf } from './params.ts';
import type { Style } from './style.ts';

export const sim = defineCommand({
  name: 'sim',
  summary:
    'run the protocol in virtual time under random faults, all from a seed; exit 1 when a rule is broken',
  notes: [
    'The replicas are the very ones of the real nodes, on a simulated network, disk and clock. After every step all invariants are checked; at the end everything is healed and must come to rest.',
    'The seed and what it drew are printed before the first step; a failure prints the command that does it again.',
  ],
  args: {},
  options: {
    mode: oneOf(
      'MODE',
      'which protocol',
      modes.map(({ name }) => name),
      modes[0]!.name,
    ),
    seed: integerOr('where chance begins', 0, Number.MAX_SAFE_INTEGER, 1),
    seeds: integerOr('how many seeds, counting up', 1, 1_000_000, 1),
    jobs: integer('N', 'how many seeds at a time; as many as there are cores if left out', 1, 256),
    nodes: integer('N', 'how many nodes, whatever the seed draws', 1, maxNodes),
    steps: integer('N', 'end the faults after so many steps', 1, Number.MAX_SAFE_INTEGER),
  },
  examples: [
    { run: 'replab sim --mode single-leader --seed 1', does: 'one run' },
    { run: 'replab sim --seeds 3 --json', does: 'three, as JSON lines' },
    { run: 'replab sim --seeds 6 --jobs 2', does: 'six, two at a time; the answer is the same' },
  ],
  endless: () => true,
  run(context, { options }) {
    const { mode, seed, seeds, nodes, steps } = options;
    const request: SimRequest = {
      mode,
      seed,
      seeds,
      ...(nodes === null ? {} : { nodes }),
      ...(steps === null ? {} : { steps }),
    };
    let sum: SimReport | null = null;
    const items = async function* (): AsyncGenerator<StreamItem> {
      for await (const progress of runSeeds(request, options.jobs ?? availableParallelism())) {
        if (progress.type === 'begin') {
          context.progress(`seed ${progress.seed}, ${progress.seed - seed} of ${count(seeds, 'seed')} done`);
          yield beginItem(progress.seed, progress.options);
        } else {
          sum = sum === null ? progress.report : addReports(sum, progress.report);
          yield endItem(progress.report);
        }
      }
      if (sum !== null && seeds > 1) yield sumItem(sum);
    };
    const exit = () => (sum?.failure == null ? exitCodes.ok : exitCodes.violated);
    return Promise.resolve({ kind: 'stream', items: items(), exit });
  },
});

function beginItem(seed: number, options: SimOptions): StreamItem {
  return {
    json: { schema: 'replab.sim-options/1', seed, options },
    text: (style) =>
      [`seed ${style.bold(String(seed))}`, ...describeOptions(options).map((line) => `  ${line}`)].join('\n'),
  };
}

function endItem(report: SimReport): StreamItem {
  return { json: { schema: 'replab.sim/1', ...report }, text: (style) => endText(report, style) };
}

function endText(report: SimReport, style: Style): string {
  const { failure, replay } = report;
  const lines = [`  ${tally(report)}; hash ${report.hash}`];
  if (failure === null) return [style.good('held'), ...lines].join('\n');
  return [
    `${style.bad('violated')} after step ${failure.step}: ${failure.invariant}`,
    `  ${JSON.stringify(failure.facts)}`,
    ...failure.tail.map((line) => style.dim(`  ${line}`)),
    ...lines,
    `  again: ${style.bold(replay)}`,
  ].join('\n');
}

/** What all seeds came to, without what is only the last one's. */
function sumItem(sum: SimReport): StreamItem {
  const { mode, seeds, steps, virtualMs, messages, operations, faults, marks, verdict, failure } = sum;
  return {
    json: {
      schema: 'replab.sim-sum/1',
      mode,
      seeds,
      steps,
      virtualMs,
      messages,
      operations,
      faults,
      marks,
      verdict,
      failedSeed: failure === null ? null : sum.seed,
    },
    text: (style) => {
      const held =
        failure === null
          ? style.good(`${count(seeds, 'seed')} held`)
          : style.bad(`seed ${sum.seed} did not hold, the first of ${count(seeds, 'seed')} run`);
      return `${held}: ${tally(sum)}`;
    },
  };
}

function tally({ steps, virtualMs, operations, faults }: SimReport): string {
  const did = `${steps} steps in ${(virtualMs / 1000).toFixed(1)} s of virtual time`;
  return `${did}; operations ${counts(operations)}; faults ${counts(faults)}`;
}

function counts(named: Readonly<Record<string, number>>): string {
  const parts = Object.entries(named).filter(([, number]) => number > 0);
  return parts.length === 0 ? 'none' : parts.map(([name, number]) => `${number} ${name}`).join(', ');
}
