import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/until.ts';
import { cluster } from './replab.ts';

interface Written {
  readonly node: string;
  readonly at: { readonly text: string; readonly index: number };
  readonly copies: number;
  readonly of: number;
}

describe('keys and values', () => {
  test('put, get, del, incr, cas: what they answer, for people and in JSON', async () => {
    const { ok, run, json } = await cluster('--sync', 'all');
    expect(await ok('put', 'x', 'naïve 🙂')).toBe('ok 1@n1/3, on 3 of 3\n');
    expect(await run(['get', 'x'])).toEqual({ exit: 0, stdout: 'naïve 🙂\n', stderr: 'n1 at 1@n1/3\n' });
    expect(await json('get', 'x')).toMatchObject({
      schema: 'replab.get/1',
      found: true,
      value: 'naïve 🙂',
      node: 'n1',
      at: { number: 1, node: 'n1', index: 3, text: '1@n1/3' },
    });
    expect(await run(['get', 'none'])).toMatchObject({
      exit: 0,
      stdout: '',
      stderr: 'none does not exist; n1 at 1@n1/3\n',
    });
    expect(await json('get', 'none')).toMatchObject({ found: false, value: null });

    expect(await json('incr', 'n')).toMatchObject({ value: '1' });
    expect(await json('incr', '--', 'n', '-9223372036854775808')).toMatchObject({
      value: '-9223372036854775807',
    });
    expect(await run(['incr', '--', 'n', '-2'])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('does not fit'),
    });
    expect(await run(['incr', 'x'])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('not an integer'),
    });

    expect(await json('cas', 'lock', 'a', '--absent')).toMatchObject({ swapped: true, value: 'a' });
    expect(await run(['cas', 'lock', 'b', '--absent'])).toMatchObject({
      exit: 8,
      stdout: 'not swapped: lock is "a"\n',
    });
    const refused = await run(['cas', 'lock', 'x', 'y', '--json']);
    expect(refused.exit).toBe(8);
    expect(JSON.parse(refused.stdout)).toMatchObject({ schema: 'replab.cas/1', swapped: false, value: 'a' });
    expect(await json('cas', 'lock', 'a', '--delete')).toMatchObject({ swapped: true, value: null });

    expect(await json<Written>('del', 'x', 'n', 'none')).toMatchObject({ deleted: 2, copies: 3, of: 3 });
  });

  test('keys with dashes, values from a file and from standard input, byte for byte', async () => {
    const { ok, run } = await cluster('--nodes', '1');
    await ok('put', '--', '-k', '--json');
    expect(await ok('get', '--', '-k')).toBe('--json\n');
    const file = join(tempDir(), 'value');
    writeFileSync(file, 'two\nlines\n');
    await ok('put', 'f', '--file', file);
    expect(await ok('get', 'f')).toBe('two\nlines\n\n');
    const big = 'é'.repeat(700_000);
    expect(await run(['put', 'big', '-'], { input: big })).toMatchObject({ exit: 0 });
    expect(await ok('get', 'big')).toBe(`${big}\n`);
  });

  test('reads at the leader, at followers, at any, at a node; a follower may be behind', async () => {
    const { ok, run, json } = await cluster();
    await ok('put', 'x', '1');
    await ok('wait', 'caught-up');
    await ok('isolate', 'n3');
    await ok('put', 'x', '2');
    await ok('wait', 'caught-up', 'n2');
    expect(await ok('get', 'x')).toBe('2\n');
    expect(await ok('get', 'x', '--read', 'n3')).toBe('1\n');
    expect(await ok('get', 'x', '--read', '@follower.0')).toBe('2\n');
    expect(['n2', 'n3']).toContain((await json('get', 'x', '--read', 'follower'))['node']);
    expect(['n1', 'n2', 'n3']).toContain((await json('get', 'x', '--read', 'any'))['node']);
    await ok('kill', 'n3');
    expect(await run(['get', 'x', '--read', 'n3'])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('Node n3 is not running.'),
    });
  });
});

describe('outcomes', () => {
  test('F5, F6: a write that too few replicas hold is unknown, and arrives later', async () => {
    const { ok, run, json } = await cluster('--sync', 'all', '--write-timeout', '300ms');
    await ok('isolate', 'n3');
    const { exit, stdout } = await run(['put', 'x', '1', '--json']);
    expect(exit).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'not-replicated', definite: false, facts: { at: '1@n1/3' } },
    });
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('set', 'sync=1');
    expect(await json('put', 'x', '2')).toMatchObject({ copies: 2 });
    await ok('heal');
    await ok('wait', 'converged');
    expect(await ok('get', 'x', '--read', 'n3')).toBe('2\n');
  });

  test('B0.1: silence is an unknown outcome; what was held is not carried out after the client gave up', async () => {
    const { ok, run } = await cluster('--nodes', '2');
    await ok('cut', 'client:n1');
    const write = await run(['put', 'x', '1', '--timeout', '300ms']);
    expect(write).toMatchObject({ exit: 9, stderr: expect.stringContaining('No answer within 300ms.') });
    expect(await run(['get', 'x', '--timeout', '300ms'])).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining('Reading from n1 took longer than 300ms.'),
    });
    await ok('heal');
    expect(await run(['get', 'x'])).toMatchObject({ exit: 0, stdout: '' });
  });

  test('a paused leader carries out, late, what its client has given up', async () => {
    const { ok, run } = await cluster('--nodes', '2');
    await ok('put', 'x', '0');
    await ok('pause', 'n1');
    expect(await run(['put', 'x', '1', '--timeout', '300ms', '--at', 'n1'])).toMatchObject({ exit: 9 });
    await ok('resume', 'n1');
    await ok('wait', 'running');
    // Whether the reset or the write comes first is the kernel's: either way the outcome was not known.
    expect(['0\n', '1\n']).toContain(await ok('get', 'x'));
  });

  test('no leader: refused, and did not happen', async () => {
    const { ok, run } = await cluster('--nodes', '2');
    await ok('kill', '@leader');
    const { exit, stdout } = await run(['put', 'x', '1', '--json']);
    expect(exit).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no-leader', definite: true } });
    expect(await run(['kill', '@leader'])).toMatchObject({ exit: 4 });
    await ok('promote', 'n2');
    expect(await run(['get', 'x'])).toMatchObject({ exit: 0, stdout: '' });
  });
});
