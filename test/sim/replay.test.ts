import { describe, expect, test } from 'vitest';
import { describeOptions, drawOptions } from '../../src/sim/options.ts';
import { runSeed, runSim, type SimProgress } from '../../src/sim/run.ts';

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
    const dropsAcks = {
      hello: ({ node, disk }: { readonly node: string; readonly disk: number }) => ({ node, disk, boot: 1 }),
    };
    const [one, two] = [runSeed({ mode, seed: 1 }, 1, dropsAcks), runSeed({ mode, seed: 1 }, 1, dropsAcks)];
    expect(one.verdict).toBe('violated');
    expect(two.failure).toEqual(one.failure);
    expect(one.replay).toBe('replab sim --mode single-leader --seed 1');
  });
});

describe('runSim', () => {
  test('tells what a seed drew before its first step, and adds up several', () => {
    const told: SimProgress[] = [];
    const report = runSim({ mode, seed: 8, seeds: 2, steps: 100, onProgress: (one) => told.push(one) });
    expect(told.map(({ type }) => type)).toEqual(['begin', 'end', 'begin', 'end']);
    expect(told[0]).toEqual({ type: 'begin', seed: 8, options: drawOptions(8) });
    const steps = told.map((one) => (one.type === 'end' ? one.report.steps : 0));
    expect(report).toMatchObject({ seeds: 2, seed: 9, steps: steps.reduce((a, b) => a + b) });
    expect(report.replay).toBe('replab sim --mode single-leader --seed 9 --steps 100');
  });

  test('nodes overrules the drawn number and nothing else', () => {
    const drawn = drawOptions(3);
    const { nodes, modeOptions: _, ...rest } = drawOptions(3, 7);
    expect(nodes).toHaveLength(7);
    expect(rest).toEqual({ ...drawn, nodes: undefined, modeOptions: undefined });
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
