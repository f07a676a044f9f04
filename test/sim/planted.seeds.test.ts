import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { withBlock } from '../house/command-table.ts';
import { read, sourcesIn } from '../house/sources.ts';
import { runSeed } from '../../src/sim/run.ts';
import type { FromWorker, ToWorker } from '../../src/sim/worker.ts';
import { planted, plantedTable, rulesIn, type Planted } from './planted/planted.ts';

/** Within so many seeds every bug must be found; most are in the first. */
const seeds = 400;

/** The first seed that broke each rule, until there were those that had to be. */
async function hunt({ bug, caughtBy, options = {} }: Planted): Promise<ReadonlyMap<string, number>> {
  const broken = new Map<string, number>();
  const url = new URL('./fixtures/planted-worker.ts', import.meta.url);
  const worker = new Worker(url, { execArgv: [], workerData: { bug } });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const run = (seed: number): void => {
    const message: ToWorker = { request: { mode: 'single-leader', seed, options }, seed };
    worker.postMessage(message);
  };
  worker.on('error', reject);
  worker.on('message', ({ report: { seed, failure } }: FromWorker) => {
    if (failure !== null && !broken.has(failure.invariant)) broken.set(failure.invariant, seed);
    if (seed < seeds && !caughtBy.every((rule) => broken.has(rule))) run(seed + 1);
    else resolve();
  });
  run(1);
  try {
    await promise;
  } finally {
    await worker.terminate();
  }
  return broken;
}

// A simulator that finds nothing proves nothing until it is seen to find something.
describe.concurrent('finds', () => {
  test.for(planted)('$bug', async (one) => {
    const broken = await hunt(one);
    expect([...broken.keys()]).toEqual(expect.arrayContaining([...one.caughtBy]));
    // It was the bug: the same seeds hold without it.
    const seedsWithoutIt = new Set(one.caughtBy.map((rule) => broken.get(rule)!));
    for (const seed of seedsWithoutIt) {
      const { failure } = runSeed({ mode: 'single-leader', seed, options: one.options ?? {} }, seed);
      expect({ seed, failure }).toEqual({ seed, failure: null });
    }
  });
});

test('every rule of the judges has a bug that it catches, and every bug a rule', () => {
  const rules = rulesIn([...sourcesIn('src/sim', /\.ts$/).values()]);
  const caught = [...new Set(planted.flatMap(({ caughtBy }) => caughtBy))];
  expect(rules.filter((rule) => !caught.includes(rule))).toEqual([]);
  expect(rules.length).toBeGreaterThan(30);
});

test('src/sim/README.md lists them by rule', () => {
  const readme = read('src/sim/README.md');
  expect(readme).toBe(withBlock(readme, 'planted', plantedTable()));
});
