import { availableParallelism } from 'node:os';
import { beforeAll, expect, test } from 'vitest';
import { chaosKinds } from '../../src/sim/chaos-kinds.ts';
import { runSimOn } from '../../src/sim/pool.ts';
import type { SimReport } from '../../src/sim/report.ts';

/** REPLAB_SEEDS raises or lowers it; REPLAB_SEED is the first. */
const seeds = Number(process.env['REPLAB_SEEDS'] ?? 2000);
const first = Number(process.env['REPLAB_SEED'] ?? 1);
/** No seed takes longer than a few seconds, whatever else the machine does. */
const perSeedMs = 5000;

let report: SimReport;

beforeAll(async () => {
  report = await runSimOn(availableParallelism(), { mode: 'single-leader', seed: first, seeds });
}, seeds * perSeedMs);

test(`${seeds} seeds: I1–I5, I7–I10, I13 hold after every step, and I14 after the heal`, () => {
  const { failure, replay } = report;
  expect(failure, `${replay}\n${failure?.invariant}\n${failure?.tail.join('\n')}`).toBeNull();
  expect(report.seeds).toBe(seeds);
});

/** A set of seeds that never rewinds proves nothing of rewinding. */
const marks = [
  'promoted',
  'stepped-down',
  'following',
  'subscribed',
  'suspected',
  'unsuspected',
  'rewound',
  'discarded',
  'write-unknown',
  'sync-lost',
  'sync-degraded',
  'sync-restored',
  'designated',
  'config',
  'recovered',
  'behind',
  'write-lost',
] as const;

test.for(marks)('coverage: %s happened', (mark) => {
  expect(report.marks[mark] ?? 0).toBeGreaterThan(0);
});

test.for(chaosKinds)('coverage: the fault %s struck', (kind) => {
  expect(report.faults[kind] ?? 0).toBeGreaterThan(0);
});

test('coverage: frames were delivered, held, lost and refused as outdated (T4, T5, T8)', () => {
  for (const count of Object.values(report.messages)) expect(count).toBeGreaterThan(0);
});

test('coverage: operations were acknowledged, refused and unknown', () => {
  const { ok, refused, unknown } = report.operations;
  expect(Math.min(ok, refused, unknown)).toBeGreaterThan(0);
});

test('no replica stopped: without trimming no log needs a snapshot, and nothing diverges', () => {
  expect(report.marks.stopped ?? 0).toBe(0);
});
