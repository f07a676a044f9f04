import { describe, expect, test } from 'vitest';
import { cluster } from './replab.ts';

interface LogLine {
  readonly node: string;
  readonly discarded: boolean;
  readonly at: { readonly text: string };
}

function lines<T>(ndjson: string): T[] {
  return ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

describe('losing the leader', () => {
  test('F3: what only the old leader has is given up, listed, and undone', async () => {
    const { ok, run } = await cluster('--sync', 'none');
    await ok('put', 'x', 'both');
    await ok('wait', 'caught-up');
    await ok('isolate', 'n1');
    expect(await ok('put', 'x', 'lost')).toContain('1@n1/4, on 1 of 3');
    await ok('promote', 'n2', '--force');
    await ok('put', 'y', 'new', '--at', 'n2');

    // Two leaders: the old one has not heard of the new one, and still serves its own.
    expect(await ok('status')).toMatch(/2 leaders: n1 \(1@n1\) has not heard of n2 \(2@n2\)/);
    expect(await ok('get', 'x', '--read', '@leader.old')).toBe('lost\n');
    const split = await run(['diff', '--json']);
    expect(split.exit).toBe(1);
    expect(JSON.parse(split.stdout)).toMatchObject({
      state: 'diverged',
      reference: { node: 'n2' },
      nodes: [{ node: 'n1', state: 'diverged', reason: 'forked' }, {}, {}],
    });

    await ok('heal');
    await ok('wait', 'converged');
    expect(await run(['kill', '@leader.old'])).toMatchObject({ exit: 4 });
    expect(await ok('get', 'x', '--read', 'n1')).toBe('both\n');
    expect(await ok('get', 'y', '--read', 'n1')).toBe('new\n');
    expect(lines<LogLine>(await ok('log', '--discarded', '--json'))).toMatchObject([
      { node: 'n1', discarded: true, at: { text: '1@n1/4' } },
    ]);
    expect(await ok('log', '--discarded')).toBe('n1 gave up  1@n1/4        x = "lost"  (was "both")\n');
    expect(await ok('events')).toMatch(/n1 +discarded/);
    expect(await run(['diff'])).toMatchObject({ exit: 0 });
  });

  test('a node that is behind another is not promoted, unless by force', async () => {
    const { ok, run } = await cluster('--sync', '1');
    await ok('isolate', 'n3');
    await ok('put', 'x', '1');
    await ok('kill', 'n1');
    const refused = await run(['promote', 'n3']);
    expect(refused).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('replab promote -c c1 n3 --force'),
    });
    expect(await run(['promote', '@leader'])).toMatchObject({ exit: 4 });
    expect(await ok('promote', 'n3', '--force')).toMatch(/^n3 leads epoch \d+@n3\n/);
  });

  test('(e) 1: what is so already changes nothing', async () => {
    const { ok, run, json } = await cluster('--nodes', '2');
    await ok('kill', 'n2');
    expect(await json('resume', 'all')).toMatchObject({ changed: false, nodes: [{ id: 'n1' }] });
    expect(await run(['resume', 'n2'])).toMatchObject({ exit: 8 });
    expect(await json('kill', 'n2')).toMatchObject({ changed: false, nodes: [{ id: 'n2', changed: false }] });
    expect(await json('heal')).toMatchObject({ changed: false, healed: [] });
    expect(await json('resume', 'n1')).toMatchObject({ changed: false });
    expect(await json('start', 'all')).toMatchObject({
      changed: true,
      nodes: [
        { id: 'n1', changed: false },
        { id: 'n2', changed: true },
      ],
    });
    const { id } = await json<{ id: string }>('isolate', 'n2');
    expect(await json('isolate', 'n2')).toMatchObject({ id, changed: false });
  });

  test('(e) 8: what changes something says which event it caused, and wait can ask for that', async () => {
    const { ok, json, run } = await cluster('--nodes', '2');
    const { event } = await json<{ event: number }>('isolate', 'n2');
    const [first] = lines<{ seq: number; name: string }>(
      await ok('events', '--after', String(event - 1), '--json'),
    );
    expect(first).toMatchObject({ seq: event, name: 'isolate' });
    expect(await json('wait', 'leader', '--after', String(event))).toMatchObject({ condition: 'leader' });
    expect(await run(['wait', 'leader', '--after', '9999', '--timeout', '200ms'])).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining('event 9999 has not happened'),
    });
  });
});

describe('judging', () => {
  test('P13: expect: 0 true, 1 false, 2 cannot be told, with what was seen', async () => {
    const { ok, run, json } = await cluster('--nodes', '2');
    expect(await json('expect', 'nodes[id="n2"].lag.entries = 0')).toMatchObject({
      value: true,
      operands: [{ text: 'nodes[id="n2"].lag.entries', value: 0 }],
    });
    const wrong = await run(['expect', '$count(leaders) = 2', '--within', '200ms', '--json']);
    expect(wrong.exit).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      value: false,
      operands: [{ text: '$count(leaders)', value: 1 }],
    });
    await ok('kill', 'n2');
    const unknown = await run(['expect', 'nodes[id="n2"].lag.entries = 0', '--within', '200ms']);
    expect(unknown).toMatchObject({
      exit: 2,
      stdout: expect.stringContaining('nodes[id="n2"].lag.entries is not known'),
    });
  });

  test('diff: 2 while a node is behind or not known', async () => {
    const { ok, run } = await cluster('--nodes', '3');
    await ok('isolate', 'n3');
    await ok('put', 'x', '1');
    await ok('wait', 'caught-up', 'n2');
    const behind = await run(['diff', '--json']);
    expect(behind.exit).toBe(2);
    expect(JSON.parse(behind.stdout)).toMatchObject({
      state: 'behind',
      nodes: [
        { state: 'equal' },
        { state: 'equal' },
        {
          state: 'behind',
          differing: 1,
          differences: [{ key: 'x', state: 'behind', reference: '1', node: null, changedAt: '1@n1/3' }],
        },
      ],
    });
    await ok('kill', 'n2');
    expect(await run(['diff'])).toMatchObject({
      exit: 2,
      stdout: expect.stringMatching(/n2 +unknown +\? +\? +it is killed/),
    });
  });

  test('a fault that held back data says so, one that did not says that', async () => {
    const { ok, json } = await cluster('--nodes', '3');
    await ok('isolate', 'n3');
    await ok('put', 'x', '1');
    await ok('wait', 'caught-up', 'n2');
    const { faults } = await json<{ faults: { id: string; hit: { payload: number } }[] }>('faults');
    expect(faults[0]!.hit.payload).toBeGreaterThan(0);
    expect(await ok('faults')).toMatch(/f1 +isolate n3 .* append.* with data/);
    expect(await ok('heal', 'f1')).toMatch(/^healed f1 \(isolate n3\): it hit \d+ frames/);
    expect(await ok('faults')).toBe('No fault is in force.\n');
  });
});
