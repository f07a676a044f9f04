import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/until.ts';
import { cluster, type Shell } from './replab.ts';

interface Got {
  readonly value: string | null;
  readonly node: string;
  readonly role: string;
  readonly waited: readonly { readonly node: string; readonly ms: number }[];
  readonly moved: readonly { readonly node: string; readonly why: string }[];
  readonly home: string | null;
  readonly lost: readonly { readonly token: string; readonly forkedAt: string }[];
  readonly indeterminate: boolean;
}

interface Written {
  readonly seq: number | null;
  readonly lost: Got['lost'];
}

const named = ['-c', 't1'] as const;
const dirOf = ({ env }: Shell): string => join(env['XDG_STATE_HOME']!, 'replab', 't1');
const sessionFile = (shell: Shell, as: string): string => join(dirOf(shell), 'sessions', `${as}.json`);
/** At a replica that is behind it is not waited: what is to be seen is where the read goes. */
const noWait = ['--wait', '0ms'] as const;

describe('a session', () => {
  test('reads its own writes: a follower that lacks them is left for another, or for the leader', async () => {
    const { ok, json } = await cluster(...named);
    await ok('put', 'x', '1', '--as', 'alice');
    await ok('wait', 'caught-up');
    const from = (node: string, ...more: readonly string[]) =>
      json<Got>('get', 'x', '--read', node, '--as', 'alice', ...more, ...noWait);
    const promised = ['--guarantee', 'read-your-writes'];
    expect(await from('n3', ...promised)).toMatchObject({ value: '1', node: 'n3', moved: [], waited: [] });

    await ok('isolate', 'n3');
    await ok('put', 'x', '2', '--as', 'alice');
    expect(await from('n3')).toMatchObject({ value: '1', node: 'n3', moved: [] });
    expect(await from('n3', ...promised)).toMatchObject({
      value: '2',
      node: 'n1',
      role: 'leader',
      moved: [{ node: 'n3', why: 'not-seen-yet' }],
    });
    expect(await ok('token', 'show', 'alice')).toMatch(/^waited {2}0 times, 0 ms; sent on 1 time;/m);

    await ok('isolate', 'n2');
    await ok('put', 'x', '3', '--as', 'alice');
    const any = await json<Got>('get', 'x', '--as', 'alice', '--read', 'follower', ...promised, ...noWait);
    expect(any).toMatchObject({ value: '3', node: 'n1' });
    expect(any.moved.map(({ node }) => node).toSorted()).toEqual(['n2', 'n3']);
  });

  test('waits at a replica until it has caught up', async () => {
    const { ok, json, start } = await cluster(...named);
    await ok('isolate', 'n3');
    await ok('put', 'x', '1', '--as', 'alice');
    const words = ['get', 'x', '--as', 'alice', '--read', 'n3', '--guarantee', 'read-your-writes'];
    const reading = start([...words, '--wait', '25s', '--json']);
    await ok('heal');
    const { exit, stdout } = await reading.ended;
    expect({ exit, got: JSON.parse(stdout) as Got }).toMatchObject({
      exit: 0,
      got: { value: '1', node: 'n3', moved: [] },
    });
    expect(await json('token', 'show', 'alice')).toMatchObject({ counts: { followerReads: 1, moves: 0 } });
  });

  test('is told once of what is lost, and goes on; so are its writes', async () => {
    const { ok, json } = await cluster(...named);
    await ok('put', 'x', 'old', '--as', 'alice');
    await ok('wait', 'caught-up');
    await ok('partition', 'n1/n2,n3');
    await ok('put', 'x', 'gone', '--as', 'alice', '--at', 'n1');
    await ok('put', 'y', 'gone', '--as', 'bob', '--at', 'n1');
    await ok('promote', 'n2', '--force');
    await ok('heal');
    await ok('wait', 'caught-up');
    const read = () =>
      json<Got>('get', 'x', '--as', 'alice', '--guarantee', 'read-your-writes', '--read', 'n3');
    const lost = [{ node: 'n2', token: '1@n1/4', forkedAt: '1@n1/3' }];
    expect(await read()).toMatchObject({ value: 'old', lost });
    expect(await read()).toMatchObject({ value: 'old', lost: [], node: 'n3' });
    const write = () => json<Written>('put', 'y', 'new', '--as', 'bob', '--guarantee', 'monotonic-writes');
    expect(await write()).toMatchObject({ lost: [{ token: '1@n1/5', forkedAt: '1@n1/3' }] });
    expect(await write()).toMatchObject({ lost: [] });
  });

  test('says which key it cannot know after a write of unknown outcome', async () => {
    const { ok, run, json } = await cluster(...named, '--sync', '2', '--write-timeout', '200ms');
    await ok('isolate', 'n3');
    expect((await run(['put', 'x', '1', '--as', 'alice'])).exit).toBe(9);
    expect(await json('get', 'x', '--as', 'alice')).toMatchObject({ indeterminate: true });
    expect(await json('get', 'y', '--as', 'alice')).toMatchObject({ indeterminate: false });
    await ok('heal');
    await ok('put', 'x', '2', '--as', 'alice');
    expect(await json('get', 'x', '--as', 'alice')).toMatchObject({ value: '2', indeterminate: false });
  });

  test('does one thing at a time, and numbers its writes', async () => {
    const { ok, json } = await cluster(...named, '--nodes', '1');
    const writes = await Promise.all(
      ['1', '2', '3'].map((value) => json<Written>('put', 'x', value, '--as', 'alice')),
    );
    expect(new Set(writes.map(({ seq }) => seq))).toEqual(new Set([1, 2, 3]));
    expect(await json<Written>('put', 'x', '4')).toMatchObject({ seq: null });
    expect(await ok('log', 'n1', '--json')).toMatch(/"client":"alice\.[0-9a-f]{8}"/);
  });
});

test('over shards, each log is asked for what was written in it', async () => {
  const { ok, run, json } = await cluster(...named, '--shards', '2');
  // x is in shard 0, y in shard 1, as the README says; n2 leads that.
  await ok('put', 'x', '1', '--as', 'alice');
  await ok('put', 'y', '1', '--as', 'alice');
  await ok('wait', 'caught-up');
  await ok('cut', 'n2:n3');
  await ok('put', 'x', '2', '--as', 'alice');
  const { at } = await json<{ at: { text: string } }>('put', 'y', '2', '--as', 'alice');
  await ok('wait', 'caught-up', '--shard', '0');
  const promised = ['--guarantee', 'read-your-writes', '--read', 'n3', ...noWait];
  expect(await json('get', 'x', '--as', 'alice', ...promised)).toMatchObject({ value: '2', node: 'n3' });
  expect(await json('get', 'y', '--as', 'alice', '--read', 'n3')).toMatchObject({ value: '1' });
  const got = await json<Got>('get', 'y', '--as', 'alice', ...promised);
  expect(got).toMatchObject({ value: '2', moved: [{ node: 'n3', why: 'not-seen-yet' }] });
  expect(await json('get', 'y', '--token', `1=${at.text}`, ...promised)).toMatchObject({ value: '2' });
  expect((await run(['get', 'y', '--token', at.text])).exit).toBe(3);
  expect(await ok('token', 'show', 'alice')).toContain(`1=${at.text}`);
});

describe('where a session reads', () => {
  test('any: a node further with each read, from where the seed says', async () => {
    const { ok, json } = await cluster(...named);
    await ok('put', 'x', '1');
    const nodes: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const got = await json<Got>('get', 'x', '--as', 'alice', '--read', 'any', '--seed', '1');
      nodes.push(got.node);
    }
    expect(nodes).toEqual(['n2', 'n3', 'n1', 'n2']);
  });

  test('sticky: the node of the user, another while that is dead, and it again', async () => {
    const { ok, json } = await cluster(...named, '--nodes', '4');
    await ok('put', 'x', '1');
    await ok('wait', 'caught-up');
    const read = (as: string) => json<Got>('get', 'x', '--as', as, '--read', 'sticky');
    const users = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8'];
    const homes = new Map<string, string>();
    for (const user of users) homes.set(user, (await read(user)).node);
    expect(new Set(homes.values()).size).toBeGreaterThan(1);
    const [user, home] = [...homes].find(([, node]) => node !== 'n1')!;
    await ok('kill', home);
    const instead = await read(user);
    expect(instead).toMatchObject({ home, moved: [{ node: home, why: 'node-down' }] });
    expect(instead.node).not.toBe(home);
    const [other, its] = [...homes].find(([, node]) => node !== home)!;
    expect(await read(other)).toMatchObject({ node: its, home: its, moved: [] });
    await ok('start', home);
    expect(await read(user)).toMatchObject({ node: home, moved: [] });
  });

  test('leader-for: at the leader after an own write, else at a follower', async () => {
    const { ok, json } = await cluster(...named);
    const read = (as: string, time: string) =>
      json<Got>('get', 'x', '--as', as, '--read', `leader-for:${time}`);
    await ok('put', 'x', '1', '--as', 'alice');
    expect(await read('alice', '1h')).toMatchObject({ role: 'leader' });
    expect(await read('alice', '0ms')).toMatchObject({ role: 'follower' });
    expect(await read('bob', '1h')).toMatchObject({ role: 'follower' });
  });

  test('what depends on who reads needs a name, and a promise a holder', async () => {
    const { run } = await cluster(...named, '--nodes', '1');
    for (const words of [
      ['--read', 'sticky'],
      ['--read', 'leader-for:1m'],
      ['--read', 'leader-for', '--as', 'alice'],
      ['--guarantee', 'causal'],
      ['--guarantee', 'eventual', '--as', 'alice'],
      ['--as', 'a/b'],
      ['--token', 'nothing.json'],
    ]) {
      expect(await run(['get', 'x', ...words]), words.join(' ')).toMatchObject({ exit: 3, stdout: '' });
    }
  });
});

describe('token', () => {
  test('a second device sees what the first has written, if it has its token', async () => {
    const shell = await cluster(...named);
    const { ok, run, json } = shell;
    await ok('put', 'x', '1', '--as', 'alice');
    await ok('wait', 'caught-up');
    await ok('isolate', 'n3');
    const { at } = await json<{ at: { text: string } }>('put', 'x', '2', '--as', 'alice');
    const promised = ['--guarantee', 'read-your-writes', '--read', 'n3', ...noWait];
    expect(await json('get', 'x', '--as', 'phone', ...promised)).toMatchObject({ value: '1', node: 'n3' });

    const file = join(tempDir(), 'alice.json');
    writeFileSync(file, await ok('token', 'export', 'alice'));
    expect(await json('get', 'x', '--token', file, '--read', 'n3', ...noWait)).toMatchObject({ value: '2' });
    expect(await json('get', 'x', '--token', at.text, '--read', 'n3', ...noWait)).toMatchObject({
      value: '2',
    });
    await ok('token', 'import', 'phone', file);
    expect(await json('get', 'x', '--as', 'phone', ...promised)).toMatchObject({ value: '2', node: 'n1' });

    expect(await json('token', 'show', 'alice')).toMatchObject({
      token: { cluster: 't1', mode: 'single-leader', shards: { '0': { wrote: [at.text], read: [] } } },
      counts: { writes: 2 },
    });
    expect(await json('token', 'show', 'phone')).toMatchObject({
      counts: { leaderReads: 1, followerReads: 1, moves: 1 },
    });
    await ok('token', 'import', 'tablet', 'as:alice');
    expect(await json('token', 'show', 'tablet')).toMatchObject({
      token: (await json('token', 'show', 'alice'))['token'],
    });
    expect(await run(['token', 'import', 'tablet', 'as:nobody'])).toMatchObject({ exit: 4 });
    await ok('token', 'clear', 'alice');
    expect(await run(['token', 'show', 'alice'])).toMatchObject({ exit: 4 });
    const text = readFileSync(file, 'utf8');
    expect(await run(['token', 'import', 'phone', text.replace('"0"', '"00"')])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('"00" is no shard'),
    });
    writeFileSync(file, text.replace('"t1"', '"t2"'));
    expect(await run(['token', 'import', 'phone', file])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('the cluster t2'),
    });
  });

  test('a session is for its user alone, and half a file is said to be one; reset forgets it', async () => {
    const shell = await cluster(...named, '--nodes', '1');
    const { ok, run } = shell;
    await ok('put', 'x', '1', '--as', 'alice');
    const path = sessionFile(shell, 'alice');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, whole.length / 2));
    expect(await run(['get', 'x', '--as', 'alice'])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('token -c t1 clear alice'),
    });
    await ok('token', 'clear', 'alice');
    expect(await ok('get', 'x', '--as', 'alice')).toBe('1\n');
    await ok('reset');
    expect(await run(['token', 'show', 'alice'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('None has begun.'),
    });
  });
});
