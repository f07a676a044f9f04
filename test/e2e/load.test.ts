import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { cluster, shell, type Shell } from './replab.ts';

interface Report {
  readonly id: string;
  readonly event: number;
  readonly ops: number;
  readonly ok: number;
  readonly refused: number;
  readonly unknown: number;
  readonly successRate: number;
  readonly staleReads: number;
  readonly ownWritesMissing: number;
  readonly readsBackwards: number;
  readonly looks: { readonly stale: number };
  readonly visibleMs: { readonly max: number };
  readonly readsAt: { readonly leader: number; readonly follower: number };
  readonly reads: { readonly latencyMs: { readonly p50: number } };
  readonly nodes: readonly { readonly id: string; readonly reads: number; readonly writes: number }[];
  readonly windows: readonly { readonly ops: number; readonly staleReads: number }[];
  readonly finals: readonly string[];
  readonly errors: readonly { readonly code: string; readonly outcome: string; readonly count: number }[];
  readonly sessions: { readonly moves: number; readonly waitedMs: number };
  readonly thin: boolean;
  readonly history: string;
}

const load = (own: Shell, ...args: readonly string[]): Promise<Report> => own.json<Report>('load', ...args);

function historyOf(own: Shell, id: string): string {
  return join(own.env['XDG_STATE_HOME']!, 'replab', 'c1', 'history', `${id}.ndjson`);
}

describe('load', () => {
  test('at the leader, registers are linearizable; every number adds up', async () => {
    const own = await cluster();
    const report = await load(own, 'register', '--ops', '600', '--rate', 'max', '--seed', '7', '--save', 'l');
    expect(report).toMatchObject({
      schema: 'replab.load/1',
      cluster: 'c1',
      id: 'l1',
      ops: 600,
      ok: 600,
      successRate: 1,
      staleReads: 0,
      readsBackwards: 0,
      ownWritesMissing: 0,
      lostWrites: 0,
      thin: false,
      errors: [],
      plan: { seed: 7, clients: 10 },
      finals: ['n1', 'n2', 'n3'],
    });
    const { nodes, windows, readsAt, history } = report;
    expect(nodes.map(({ id, reads, writes }) => [id, reads + writes])).toEqual([
      ['n1', 600],
      ['n2', 0],
      ['n3', 0],
    ]);
    expect(windows.reduce((sum, { ops }) => sum + ops, 0)).toBe(600);
    expect(readsAt.follower).toBe(0);
    expect(history).toBe(historyOf(own, 'l1'));
    const checked = await own.json('check', 'l1', '--as', 'linearizable,convergence,lost-writes');
    expect(checked).toMatchObject({ verdict: 'valid', model: 'register', torn: false });
    // The only one there is; and all that the workload is for.
    expect(await own.json('check')).toMatchObject({ verdict: 'valid', file: history });
    await own.ok('expect', 'l.ok = 600 and l.reads.latencyMs.p50 < l.reads.latencyMs.max');
    const events = await own.ok('events', '--name', 'load-started,load-stopped');
    expect(events).toMatch(
      /load-started {2}id=l1 {2}workload=register .*\n.*load-stopped {2}id=l1 {2}ops=600 {2}ok=600/,
    );
    expect(events).toContain(`#${report.event} `);
  });

  test('anywhere, with a follower cut off, reads are stale, and users miss their own writes', async () => {
    const own = await cluster();
    await load(own, 'session', '--ops', '60', '--rate', 'max', '--read', 'any');
    await own.ok('isolate', 'n3');
    const report = await load(
      own,
      'session',
      '--ops',
      '300',
      '--rate',
      'max',
      '--read',
      'any',
      '--settle',
      '0s',
      '--save',
      'l',
    );
    const { staleReads, ownWritesMissing, readsBackwards, readsAt, finals, windows } = report;
    expect({ staleReads, ownWritesMissing, readsBackwards }).toEqual({
      staleReads: expect.toSatisfy((count: number) => count > 0),
      ownWritesMissing: expect.toSatisfy((count: number) => count > 0),
      readsBackwards: expect.toSatisfy((count: number) => count > 0),
    });
    expect(readsAt.leader).toBeGreaterThan(0);
    expect(readsAt.follower).toBeGreaterThan(0);
    expect(finals).not.toContain('n3');
    expect(windows.reduce((sum, one) => sum + one.staleReads, 0)).toBe(staleReads);
    await own.ok('expect', `l.staleReads = ${staleReads} and l.visibleMs.max > 0`);
    const { exit, stdout } = await own.run(['check', 'l2', '--json']);
    expect(exit).toBe(1);
    const { claims } = JSON.parse(stdout) as {
      readonly claims: readonly { readonly name: string; readonly figures: unknown }[];
    };
    const figures = Object.fromEntries(claims.map((claim) => [claim.name, claim.figures]));
    expect(figures).toMatchObject({
      staleness: { stale: staleReads },
      'monotonic-reads': { backwards: readsBackwards },
      'read-your-writes': { missing: ownWritesMissing },
    });
  });

  test('what users are promised holds in spite of it, and the report says what it cost', async () => {
    const own = await cluster();
    await own.ok('isolate', 'n3');
    const words = ['session', '--ops', '200', '--rate', 'max', '--settle', '0s', '--wait', '50ms'];
    const promised = ['--guarantee', 'read-your-writes,monotonic'];
    const kept = await load(own, ...words, '--read', 'any', ...promised);
    expect(kept).toMatchObject({ ok: 200, ownWritesMissing: 0, readsBackwards: 0 });
    expect(kept.sessions.moves).toBeGreaterThan(0);
    expect(kept.sessions.waitedMs).toBeGreaterThan(0);
    // Reads for a minute after a write go to the leader; who sticks to a replica never goes back.
    const fresh = await load(own, ...words, '--read', 'leader-for:1m');
    expect(fresh).toMatchObject({ ok: 200, ownWritesMissing: 0, readsAt: { follower: 0 } });
    const stuck = await load(own, ...words, '--read', 'sticky');
    expect(stuck).toMatchObject({ ok: 200, readsBackwards: 0 });
    expect(stuck.ownWritesMissing).toBeGreaterThan(0);
  });

  test('sets, lists and counters are what they claim to be, read at the leader', async () => {
    const own = await cluster();
    for (const [workload, claims] of [
      ['set', 'lost-writes,convergence,staleness'],
      ['append', 'linearizable,strict-serializable,lost-writes,convergence'],
      ['counter', 'lost-updates,convergence'],
    ] as const) {
      const { id, ok, ops } = await load(own, workload, '--ops', '400', '--rate', 'max', '--keys', '3');
      expect({ workload, ok }).toEqual({ workload, ok: ops });
      const checked = await own.json('check', id, '--as', claims);
      expect({ workload, ...checked }).toMatchObject({ verdict: 'valid' });
    }
  });

  test('over shards: each key at the leader of its shard, and every node read in all of them', async () => {
    const own = await cluster('--shards', '2');
    const report = await load(own, 'register', '--ops', '400', '--rate', 'max', '--keys', '20');
    expect(report).toMatchObject({
      ok: 400,
      readsAt: { follower: 0 },
      lostWrites: 0,
      finals: ['n1', 'n2', 'n3'],
    });
    expect(report.nodes.filter(({ writes }) => writes > 0).map(({ id }) => id)).toEqual(['n1', 'n2']);
    expect(await own.json('check', 'l1', '--as', 'linearizable,convergence')).toMatchObject({
      verdict: 'valid',
    });
    expect(await own.run(['load', 'set'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('--shards'),
    });
  });

  test('from a region: what is near is read there', async () => {
    const own = await cluster('--nodes', '2', '--regions', 'eu,us');
    const report = await load(
      own,
      'register',
      '--ops',
      '20',
      '--rate',
      'max',
      '--reads',
      '90%',
      '--region',
      'us',
      '--read',
      'nearest',
    );
    expect(report.nodes.map(({ id, reads }) => [id, reads > 0])).toEqual([
      ['n1', false],
      ['n2', true],
    ]);
    const nowhere = ['load', 'register', '--region', 'mars'];
    expect(await own.run(nowhere)).toMatchObject({ exit: 4, stderr: expect.stringContaining('mars') });
  });

  test('a leader that is gone: what was refused is counted, and nothing is lost that was not', async () => {
    const own = await cluster('--sync', 'all');
    await own.ok('kill', 'n1');
    const report = await load(
      own,
      'register',
      '--ops',
      '40',
      '--rate',
      'max',
      '--settle',
      '0s',
      '--reads',
      '0%',
    );
    expect(report).toMatchObject({ ok: 0, refused: 40, unknown: 0, successRate: 0, thin: true });
    expect(report.errors).toEqual([{ code: 'no-leader', outcome: 'refused', count: 40 }]);
  });

  test('a load that is killed leaves a history and an event, and its id is not given again', async () => {
    const own = await cluster();
    const started = own.start(['load', 'register', '--for', '10m', '--keys', '1']);
    const file = historyOf(own, 'l1');
    await until('enough is recorded', () => readFileSync(file, 'utf8').split('"type":"ok"').length > 50);
    started.child.kill('SIGKILL');
    await started.ended;
    await until('the end is known', async () =>
      (await own.ok('events', '--name', 'load-stopped')).includes('id=l1  lost=true'),
    );
    expect(await own.json('check', 'l1', '--as', 'linearizable')).toMatchObject({ verdict: 'valid' });
    expect(await load(own, 'register', '--ops', '30', '--rate', 'max')).toMatchObject({ id: 'l2' });
    expect(await own.run(['check'])).toMatchObject({ exit: 3, stderr: expect.stringContaining('l1, l2') });
    expect(await own.run(['check', 'l9'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('l1, l2'),
    });
  });

  test('one that is interrupted ends in good order', async () => {
    const own = await cluster();
    const started = own.start(['load', 'register', '--for', '10m']);
    await until('it goes on', () => readFileSync(historyOf(own, 'l1'), 'utf8').includes('"type":"ok"'));
    started.child.kill('SIGINT');
    expect(await started.ended).toMatchObject({ exit: 130 });
    expect(await own.ok('events', '--name', 'load-stopped')).toMatch(/id=l1 {2}ops=\d+ /);
    expect(await own.json('check', 'l1', '--as', 'convergence')).toMatchObject({ verdict: 'valid' });
  });

  test('ids go on over down and up; too little done is thin', async () => {
    const own = await cluster();
    expect(await load(own, 'counter', '--ops', '3', '--rate', 'max')).toMatchObject({ id: 'l1', thin: true });
    await own.ok('down', '--keep');
    await own.ok('up', '-q');
    expect(await load(own, 'counter', '--ops', '3', '--rate', 'max', '--min', '1')).toMatchObject({
      id: 'l2',
      thin: false,
    });
  });

  test('what cannot be is said before anything is done', async () => {
    const own = shell();
    for (const [args, said] of [
      [['load', 'registers'], 'Did you mean register?'],
      [['load', 'register', '--rate', '200'], '--rate is "200"; expected a rate such as 200/s, or max.'],
      [['load', 'register', '--reads', '0.5'], '--reads is "0.5"; expected a share such as 50%.'],
    ] as const) {
      expect(await own.run(args)).toMatchObject({ exit: 3, stderr: expect.stringContaining(said) });
    }
    expect(await own.run(['check'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('No cluster is up'),
    });
    await own.ok('up', '-q', '--nodes', '1');
    expect(await own.run(['check'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('has no history'),
    });
    expect(await own.run(['load', 'register', '--read', 'n9'])).toMatchObject({ exit: 4 });
  });
});
