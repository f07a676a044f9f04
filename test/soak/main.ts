/**
 * Kills nodes, supervisors and commands of the built package at drawn instants, under load, and looks whether
 * anything acknowledged is lost, any store is damaged, or any process is left.
 *
 *   npm run soak [-- --kills N] [--seed N] [--clusters N]
 *
 * Exit 0 when nothing is, 1 otherwise. A seed draws the same kills; when they hit is up to the machine.
 */
import { readdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/lib/rng.ts';
import { Life } from './life.ts';
import { SoakShell } from './shell.ts';
import { Tally } from './tally.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    clusters: { type: 'string', default: '3' },
  },
});
const [kills, seed, clusters] = [values.kills, values.seed, values.clusters].map(Number) as [
  number,
  number,
  number,
];
if (
  ![kills, seed, clusters].every((number) => Number.isSafeInteger(number) && number >= 0) ||
  clusters === 0
) {
  console.error('usage: npm run soak [-- --kills N] [--seed N] [--clusters N]');
  process.exit(3);
}

console.log(`seed ${seed}, ${kills} kills, ${clusters} clusters at a time`);
const shell = new SoakShell();
process.once('exit', () => shell.endAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const tally = new Tally(kills);
const rng = createRng(seed);
const begun = performance.now();
const progress = setInterval(() => console.log(tally.line()), 10_000);

await Promise.all(
  Array.from({ length: clusters }, async (_, i) => {
    const own = rng.fork(`cluster ${i}`);
    for (let life = 1; !tally.isReached; life += 1) {
      const name = `s${i}-${life}`;
      await new Life(name, own.fork(name), shell, tally).live();
    }
  }),
);

clearInterval(progress);
const left = await shell.awaitNoLeftovers(10_000);
for (const process of left) tally.problems.push(`left running: ${process}`);
const state = tally.problems.length === 0 ? readdirSync(shell.root) : [];
for (const name of state) tally.problems.push(`left in the state directory: ${name}`);

console.log(`\n${tally.summary()}`);
console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(6)}  seconds`);
for (const problem of tally.problems) console.log(`PROBLEM ${problem}`);
if (tally.problems.length === 0) {
  rmSync(shell.stateHome, { recursive: true, force: true });
  console.log('nothing acknowledged is lost, every store is sound, nothing is left running');
} else {
  console.log(`the state is kept in ${shell.stateHome}`);
  process.exitCode = 1;
}
console.log(`again: npm run soak -- --kills ${kills} --seed ${seed} --clusters ${clusters}`);
