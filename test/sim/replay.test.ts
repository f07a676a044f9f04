import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { describeOptions, drawOptions } from '../../src/sim/options.ts';
import { runSeeds, runSimOn, type SimProgress } from '../../src/sim/pool.ts';
import { runSeed, runSim } from '../../src/sim/run.ts';

const mode = 'single-leader';

describe('a seed is a run', () => {
  test.for([1, 6, 12])('seed %i: the same again, to the last event', (seed) => {
    const [one, two] = [runSeed({ mode, seed }, seed), runSeed({ mode, seed }, seed)];
    expect(two).toEqual(one);
  });

  test('another seed is another run', () => {
    expect(runSeed({ mode, seed: 11 }, 11).hash).not.toBe(runSeed({ mode, seed: 8 }, 8).hash);
  });

  test('a failure comes again at the same step, by the command that it names', () => {
    const countsNoKeys = {
      disk: (disk: number) => {
        const store = createMemoryStore(disk);
        return { ...store, state: { ...store.state, size: () => 0 } };
      },
    };
    const [one, two] = [1, 2].map(() => runSeed({ mode, seed: 1 }, 1, countsNoKeys));
    expect(one?.verdict).toBe('violated');
    expect(two?.failure).toEqual(one?.failure);
    expect(one?.replay).toBe('replab sim --mode single-leader --seed 1');
  });
});

// Threads take their time to start on a busy machine.
describe('several seeds', { timeout: 60_000 }, () => {
  const request = { mode, seed: 8, seeds: 5, steps: 100 };

  test.for([1, 2, 4])(
    'tell what each drew before its first step, in order, whatever the threads: %i',
    async (jobs) => {
      const told: SimProgress[] = [];
      for await (const one of runSeeds(request, jobs)) told.push(one);
      const expected = [8, 9, 10, 11, 12].flatMap((seed): SimProgress[] => [
        { type: 'begin', seed, options: drawOptions(seed) },
        { type: 'end', report: runSeed(request, seed) },
      ]);
      expect(told).toEqual(expected);
    },
  );

  test('add up to the same on one thread and on several', async () => {
    const report = runSim(request);
    expect(await runSimOn(3, request)).toEqual(report);
    expect(report).toMatchObject({ seeds: 5, seed: 12, verdict: 'held' });
    expect(report.replay).toBe('replab sim --mode single-leader --seed 12 --steps 100');
  });

  test('the smallest seed that fails is the one told, however late it is found', async () => {
    const workerUrl = new URL('./fixtures/failing-worker.ts', import.meta.url);
    const ended: [number, string][] = [];
    for await (const one of runSeeds({ ...request, seeds: 50 }, 3, workerUrl)) {
      if (one.type === 'end') ended.push([one.report.seed, one.report.verdict]);
    }
    expect(ended).toEqual([
      [8, 'held'],
      [9, 'violated'],
    ]);
  });

  test('a thread that ends is an error that names the seed', async () => {
    await expect(runSimOn(2, { ...request, mode: 'no-leader' })).rejects.toThrow(
      /seed 8: .*no mode no-leader/,
    );
  });

  const regional = Array.from({ length: 50 }, (_, seed) => seed).find(
    (seed) => drawOptions(seed).regions !== null,
  )!;

  test('nodes overrules the drawn number and nothing else', () => {
    const drawn = drawOptions(regional);
    const { nodes, modeOptions: _, regions, ...rest } = drawOptions(regional, 7);
    expect(nodes).toHaveLength(7);
    expect(rest).toEqual({ ...drawn, nodes: undefined, modeOptions: undefined, regions: undefined });
    expect(regions?.latencyMs).toEqual(drawn.regions?.latencyMs);
  });

  test.for([1, 2, 9])('%i nodes', (nodes) => {
    const report = runSim({ mode, seed: 5, seeds: 2, nodes, steps: 800 });
    expect(report.failure, report.replay).toBeNull();
    expect(report.options.nodes).toHaveLength(nodes);
  });

  test('an unknown mode is an error', () => {
    expect(() => runSim({ mode: 'no-leader', seed: 1 })).toThrow(/there is no mode no-leader/);
  });

  test('options are described in a line each', () => {
    expect(describeOptions(drawOptions(1)).every((line) => /^\w+ +\S/.test(line))).toBe(true);
  });
});
