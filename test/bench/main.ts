/**
 * Measures the built package and prints a Markdown table of medians, or with `--json` every value.
 *
 *   npm run bench [-- PART ...] [--runs N] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { withBench } from './cluster.ts';
import { toMarkdown, type Figure } from './measure.ts';
import { parts } from './parts.ts';

type PartName = keyof typeof parts;

const names = Object.keys(parts) as PartName[];
const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
});
const runs = Number(options.runs);
const unknown = positionals.filter((name) => !names.includes(name as PartName));

if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.error(`usage: npm run bench [-- PART ...] [--runs N] [--json]; parts: ${names.join(', ')}`);
  process.exitCode = 3;
} else {
  const loadBefore = loadavg()[0]!;
  const figures = await measure(
    names.filter((name) => positionals.length === 0 || positionals.includes(name)),
  );
  const machine = {
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    // Of the minute before, what this run itself does not cause.
    loadBefore,
    loadAfter: loadavg()[0]!,
  };
  if (options.json) console.log(JSON.stringify({ schema: 'replab.bench/1', machine, figures }));
  else {
    const { node, cores, cpu, loadAfter } = machine;
    console.log(
      `${toMarkdown(figures)}\n\nNode.js ${node}, ${cores} × ${cpu}, load ${loadBefore.toFixed(1)} before and ${loadAfter.toFixed(1)} after.`,
    );
  }
}

async function measure(wanted: readonly PartName[]): Promise<readonly Figure[]> {
  return await withBench(async (bench) => {
    const figures: Figure[] = [];
    for (const name of wanted) {
      console.error(`measuring ${name} …`);
      figures.push(...(await parts[name](bench, runs)));
    }
    return figures;
  });
}
