import { expect, test } from 'vitest';
import type { LoadPlan } from '../../src/control/load-plan.ts';
import type { Operation, Outcome } from '../../src/history/operation.ts';
import { findAnomalies } from '../../src/load/anomalies.ts';
import { reportOf, type LoadReport, type Recorded } from '../../src/load/report.ts';
import { workloads } from '../../src/workloads/workloads.ts';

const plan = { workload: 'register', min: 3 } as LoadPlan;

interface Done {
  readonly dueMs: number;
  readonly tookMs: number;
  readonly outcome?: Outcome;
  readonly write?: string;
  readonly read?: string | null;
  readonly node?: string;
}

/** One after another, in lines; each is due before it begins. */
function reportOn(done: readonly Done[], tookMs: number): LoadReport {
  const recorded = done.map(
    ({ dueMs, tookMs: took, outcome = 'ok', write, read, node = 'n1' }, id): Recorded => {
      const value = write ?? read ?? null;
      const isRead = write === undefined;
      const operation: Operation = {
        id,
        process: id,
        session: 'u1',
        f: isRead ? 'read' : 'write',
        key: 'l1/k0',
        input: isRead ? null : value,
        output: value,
        outcome,
        start: 2 * id,
        end: outcome === 'info' ? Infinity : 2 * id + 1,
        startMs: dueMs,
        endMs: outcome === 'info' ? null : dueMs + took,
        node,
        final: false,
        line: 2 * id + 2,
      };
      const code = outcome === 'ok' ? null : outcome === 'fail' ? 'no-leader' : 'no-answer';
      const role = outcome !== 'ok' ? null : node === 'n1' ? 'leader' : 'follower';
      return { operation, dueMs, tookMs: took, isRead, code, role };
    },
  );
  const operations = recorded.map(({ operation }) => operation);
  return reportOf({
    id: 'l1',
    plan,
    startTMs: 0,
    tookMs,
    notBegun: 0,
    nodes: ['n1', 'n2'],
    recorded,
    found: findAnomalies(operations, { initial: null, nodes: ['n1', 'n2'] }, workloads.register),
    sessions: { waits: 0, waitedMs: 0, moves: 0, losses: 0 },
    finals: [],
    history: 'l1.ndjson',
  });
}

test('outcomes, latencies and places are counted; each second by itself, where its operations were due', () => {
  const report = reportOn(
    [
      { dueMs: 0, tookMs: 4, write: 'v1' },
      { dueMs: 500, tookMs: 900, write: 'v2' },
      { dueMs: 1400, tookMs: 2, read: 'v1', node: 'n2' },
      { dueMs: 1500, tookMs: 30, outcome: 'fail', write: 'v3' },
      { dueMs: 1999, tookMs: 2000, outcome: 'info', write: 'v4' },
      { dueMs: 2100, tookMs: 1, read: 'v2' },
    ],
    2200,
  );
  expect(report).toMatchObject({ ops: 6, ok: 4, refused: 1, unknown: 1, staleReads: 1, readsBackwards: 0 });
  expect(report).toMatchObject({ ownWritesMissing: 1, versionsBehindMax: 1, thin: false, lostWrites: 0 });
  expect(report.writes).toMatchObject({ ops: 4, ok: 2, latencyMs: { p50: 4, max: 900 } });
  expect(report.readsAt).toEqual({ leader: 1, follower: 1 });
  expect(report.nodes.map(({ id, reads, writes }) => [id, reads, writes])).toEqual([
    ['n1', 1, 2],
    ['n2', 1, 0],
  ]);
  expect(report.errors).toEqual([
    { code: 'no-leader', outcome: 'refused', count: 1 },
    { code: 'no-answer', outcome: 'unknown', count: 1 },
  ]);
  expect(report.visibleMs).toMatchObject({ p50: 0, max: 0 });
  expect(
    report.windows.map(({ fromMs, toMs, ops, ok, staleReads }) => [fromMs, toMs, ops, ok, staleReads]),
  ).toEqual([
    [0, 1000, 2, 2, 0],
    [1000, 2000, 3, 1, 1],
    [2000, 2200, 1, 1, 0],
  ]);
});

test('nothing done, nothing is known; and it is thin', () => {
  expect(reportOn([], 0)).toMatchObject({
    ops: 0,
    successRate: null,
    okPerS: 0,
    thin: true,
    staleReads: null,
  });
});

test('enough operations, and none that could show an anomaly: there is no count of it', () => {
  const writes = Array.from({ length: 50 }, (_, i): Done => ({ dueMs: i, tookMs: 1, write: `v${i}` }));
  const report = reportOn(writes, 50);
  expect(report).toMatchObject({ ok: 50, thin: false, staleReads: null, readsBackwards: null });
  expect(report.unjudged).toEqual(
    expect.arrayContaining(['staleness', 'monotonic-reads', 'read-your-writes']),
  );
});
