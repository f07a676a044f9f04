import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/until.ts';
import { cluster, shell } from './replab.ts';

describe('(e) 5: results that are kept', () => {
  test('--save keeps the document with exit code and outcome, whatever came of the command', async () => {
    const { ok, run } = await cluster('--nodes', '2');
    await ok('put', 'x', '2', '--save', 'written');
    await ok('get', 'x', '--save', 'r1');
    const refused = await run(['put', 'x', '3', '--at', 'n2', '--save', 'r2', '--json']);
    expect(refused.exit).toBe(8);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      exit: 8,
      outcome: 'refused',
      error: { code: 'not-leader' },
    });
    await ok(
      'expect',
      'r1.value = "2" and r1.exit = 0 and r1.outcome = "ok" and written.at.index = r1.at.index',
    );
    await ok('expect', 'r2.exit = 8 and r2.outcome = "refused" and r2.error.code = "not-leader"');
    await ok('get', 'x', '--save', 'r2');
    await ok('expect', 'r2.value = r1.value and $count(leaders) = 1');
    const typo = await run(['expect', '$count(r1.valeu) = 0']);
    expect(typo).toMatchObject({ exit: 3, stderr: expect.stringContaining('no field "valeu"') });
    await ok('events', '--name', 'promoted', '--save', 'elections');
    await ok('expect', '$count(elections.items) = 1 and elections.items.node = "n1"');
  });

  test('what was not understood keeps nothing; a name must mean nothing else; a cluster must be left', async () => {
    const { ok, run } = await cluster('--nodes', '1');
    await ok('status', '--save', 'r1');
    expect((await run(['put', 'x', '--save', 'r1'])).exit).toBe(3);
    await ok('expect', 'r1.schema = "replab.snapshot/1"');
    expect(await run(['status', '--save', 'nodes'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('--save is "nodes"'),
    });
    expect(await run(['down', '--save', 'r2'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('down removes it'),
    });
    expect((await run(['status'])).exit).toBe(0);
  });

  test('--from: a document from a file or standard input, with a cluster and without one', async () => {
    const { ok, run } = await cluster('--nodes', '1');
    await ok('put', 'x', '1');
    const got = await ok('get', 'x', '--json');
    const file = join(tempDir(), 'got.json');
    writeFileSync(file, got);
    await ok('expect', '--from', file, 'last.value = "1" and last.node = leaders.id and last.exit = 0');
    const ended = await ok('down', '--json');
    const judge = (expression: string) => run(['expect', '--from', '-', expression], { input: ended });
    expect((await judge('last.changed')).exit).toBe(0);
    expect((await judge('last.kept')).exit).toBe(1);
    expect(await judge('$count(nodes) = 0')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('but last'),
    });
    expect(await run(['expect', '--from', '-', 'last.x'], { input: '{}\n{}\n' })).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('not one JSON document'),
    });
    expect((await run(['expect', '--from', 'no/such/file', 'true'])).exit).toBe(3);
  });
});

describe('(e) 2: failures that are meant', () => {
  test('expect-exit runs a command and checks its code', async () => {
    const { ok, run, json } = await cluster('--nodes', '2');
    expect(await ok('expect-exit', '8', '--', 'put', 'x', '1', '--at', 'n2')).toBe('exit 8, as expected\n');
    expect(await json('expect-exit', '8,9', 'put', 'x', '1', '--at', 'n2')).toMatchObject({
      schema: 'replab.expect-exit/1',
      expected: [8, 9],
      seen: 8,
      document: { schema: 'replab.error/1', error: { code: 'not-leader' } },
      exit: 0,
    });
    const wrong = await run(['expect-exit', '8', '--', 'put', '--', '-x', '1']);
    expect(wrong).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^ok .*\nexit 0, expected 8\n$/) });
    expect(await ok('get', '--', '-x')).toBe('1\n');
    expect((await run(['expect-exit', '4', 'get', 'x', '--read', 'n9', '--save', 'r1'])).exit).toBe(0);
    await ok('expect', 'r1.error.code = "no-such-node"');
    await ok('expect-exit', '--save', 'outer', '1', 'expect', '$count(leaders) = 0');
    await ok('expect', 'outer.document.value = false and outer.seen = 1');
  });

  test('one that is not understood is exit 3 inside, and can be meant too', async () => {
    const { ok, run } = shell();
    await ok('expect-exit', '3', 'sttus');
    await ok('expect-exit', '4', '-c', 'nope', 'status');
    expect((await run(['expect-exit', 'eight', 'status'])).exit).toBe(3);
    expect((await run(['expect-exit', '8'])).exit).toBe(3);
  });

  test('its time is its own, or what the outer one was given', async () => {
    const { run } = await cluster('--nodes', '1');
    expect((await run(['expect-exit', '5', 'wait', 'no-leader', '--timeout', '200ms'])).exit).toBe(0);
    expect((await run(['expect-exit', '--timeout', '200ms', '5', 'wait', 'no-leader'])).exit).toBe(0);
  });
});

test('(e) 8: what changes something answers with its event, and others can wait for it', async () => {
  const { json, ok, run } = await cluster('--nodes', '3');
  const { event } = await json<{ event: number }>('isolate', 'n3');
  const killed = await json<{ event: number }>('kill', 'n2');
  expect(killed.event).toBeGreaterThan(event);
  await ok('wait', 'leader', '--after', String(killed.event));
  expect(await run(['wait', 'leader', '--after', '100000', '--timeout', '200ms'])).toMatchObject({
    exit: 5,
    stderr: expect.stringContaining('event 100000 has not happened'),
  });
  const names = async (...filters: readonly string[]) =>
    (await ok('events', '--json', ...filters))
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(await names('--after', String(event), '--node', 'n2')).toContain('killed');
  expect(new Set(await names('--name', 'started,killed'))).toEqual(new Set(['started', 'killed']));
  expect(await names('--name', 'killed', '--node', '@leader')).toEqual([]);
  expect((await run(['events', '--node', 'n9'])).exit).toBe(4);
});

test('selectors: groups, and chance that can be repeated', async () => {
  const { json, ok, run } = await cluster('--nodes', '5');
  const cut = await json<{ text: string }>('partition', '@minority/@majority');
  expect(cut.text).toBe('partition n1,n2/n3,n4,n5');
  await ok('heal');
  const drawn = await json<{ chance: { seed: number; drawn: readonly { chose: string }[] } }>(
    'pause',
    '@random',
  );
  const [{ chose }] = drawn.chance.drawn as [{ chose: string }];
  expect((await json<{ nodes: readonly { id: string }[] }>('resume', '@random')).nodes[0]!.id).toBe(chose);
  const again = await run(['pause', '@random', '--seed', String(drawn.chance.seed)]);
  expect(again.stderr).toContain(`@random is ${chose} (--seed ${drawn.chance.seed})`);
  await ok('resume', 'all');
  expect((await run(['kill', '@lagging'])).exit).toBe(4);
});
