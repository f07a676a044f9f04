import { setImmediate } from 'node:timers/promises';
import { exitCodes } from '../control/exit-codes.ts';
import { modes } from '../protocol/modes.ts';
import { describeOptions, drawOptions, type SimOptions } from '../sim/options.ts';
import { runSim, type SimReport } from '../sim/run.ts';
import { maxNodes } from '../cluster/spec.ts';
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
    nodes: integer('N', 'how many nodes, whatever the seed draws', 1, maxNodes),
    steps: integer('N', 'end the faults after so many steps', 1, Number.MAX_SAFE_INTEGER),
  },
  examples: [
    { run: 'replab sim --mode single-leader --seed 1', does: 'one run' },
    { run: 'replab sim --seeds 3 --json', does: 'three, as JSON lines' },
  ],
  endless: () => true,
  run(_context, { options }) {
    let violated = false;
    const items = async function* (): AsyncGenerator<StreamItem> {
      for (let seed = options.seed; seed < options.seed + options.seeds && !violated; seed += 1) {
        yield beginItem(seed, drawOptions(seed, options.nodes));
        // A run blocks the process: what was yielded must be out before, and an interruption may come between.
        await setImmediate();
        const report = runSim({
          mode: options.mode,
          seed,
          ...(options.nodes === null ? {} : { nodes: options.nodes }),
          ...(options.steps === null ? {} : { steps: options.steps }),
        });
        violated = report.failure !== null;
        yield endItem(report);
      }
    };
    const exit = () => (violated ? exitCodes.violated : exitCodes.ok);
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
  const { failure, steps, virtualMs, operations, faults, hash, replay } = report;
  const did = `${steps} steps in ${(virtualMs / 1000).toFixed(1)} s of virtual time`;
  const lines = [`  ${did}; operations ${counts(operations)}; faults ${counts(faults)}; hash ${hash}`];
  if (failure === null) return [style.good('held'), ...lines].join('\n');
  return [
    `${style.bad('violated')} after step ${failure.step}: ${failure.invariant}`,
    `  ${JSON.stringify(failure.facts)}`,
    ...failure.tail.map((line) => style.dim(`  ${line}`)),
    ...lines,
    `  again: ${style.bold(replay)}`,
  ].join('\n');
}

function counts(tally: Readonly<Record<string, number>>): string {
  const parts = Object.entries(tally).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([name, count]) => `${count} ${name}`).join(', ');
}
