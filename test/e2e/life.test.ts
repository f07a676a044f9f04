import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { cluster, shell } from './replab.ts';

interface Up {
  readonly kept: boolean;
  readonly snapshot: {
    readonly options: Readonly<Record<string, string>>;
    readonly nodes: readonly { readonly pid: number }[];
  };
}

/** A zombie answers signal 0 too, so what counts is that it is no process of ours that still runs. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('up and down', () => {
  test('shows the status and what to do next; down leaves nothing', async () => {
    const { run, json, ok } = shell();
    const up = await run(['up', '--nodes', '2']);
    expect(up).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^c1: n1 leads epoch 1@n1, every follower has all of it\n/),
    });
    expect(up.stderr.match(/^ {2}replab /gm)).toHaveLength(3);
    expect(await json('ls')).toMatchObject({
      clusters: [{ name: 'c1', state: 'up', spec: { mode: 'single-leader', nodes: ['n1', 'n2'] } }],
    });
    const { nodes } = await json<Up['snapshot']>('status');
    expect(nodes.map(({ pid }) => runs(pid))).toEqual([true, true]);
    expect(await ok('down')).toBe('c1 is down: 3 processes ended, none is left; its data are removed\n');
    expect(nodes.map(({ pid }) => runs(pid))).toEqual([false, false]);
    expect(await run(['down'])).toMatchObject({ exit: 4 });
  });

  test('kept data come back as they were, and say so', async () => {
    const { run, json, ok } = shell();
    await ok('up', '-c', 'k', '--nodes', '2', '--sync', '1');
    await ok('put', 'x', '1');
    await ok('down', '--keep');
    expect(await run(['status', '-c', 'k'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('its data are kept'),
    });
    expect(await json('ls')).toMatchObject({ clusters: [{ name: 'k', state: 'kept' }] });
    expect(await run(['up', '-c', 'k', '--nodes', '3'])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('another nodes'),
    });
    expect(await run(['up', '-c', 'k'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('its data were kept and are back'),
    });
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('down', '-c', 'k', '--keep');
    const again = await json<Up>('up', '-c', 'k', '--sync', 'all');
    expect(again).toMatchObject({ kept: true, snapshot: { options: { sync: 'all' } } });
  });

  test('interrupted, up takes the half-started cluster down', async () => {
    const { start, json } = shell();
    const { child, ended } = start(['up', '--nodes', '8']);
    await until(
      'the cluster to begin',
      async () => (await json<{ clusters: unknown[] }>('ls')).clusters.length > 0,
    );
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exit: 130, stderr: expect.stringContaining('Interrupted.') });
    expect(await json('ls')).toMatchObject({ clusters: [] });
  });

  test('a time that is too short ends it too', async () => {
    const { run, json } = shell();
    expect(await run(['up', '--nodes', '8', '--timeout', '1ms'])).toMatchObject({ exit: 5 });
    expect(await json('ls')).toMatchObject({ clusters: [] });
  });

  test('a supervisor that was killed: said, and brought back with its data', async () => {
    const { run, json, ok } = shell();
    await ok('up', '--nodes', '2');
    await ok('put', 'x', '1');
    const { nodes } = await json<Up['snapshot']>('status');
    const { clusters } = await json<{ clusters: readonly { readonly pid: number }[] }>('ls');
    process.kill(clusters[0]!.pid, 'SIGKILL');
    await until('its nodes to end with it', () => nodes.every(({ pid }) => !runs(pid)), {
      show: () => nodes,
    });
    expect(await run(['get', 'x'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('The supervisor of c1 is gone.'),
    });
    expect(await run(['up'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('its data were kept'),
    });
    expect(await ok('get', 'x')).toBe('1\n');
  });
});

describe('up --foreground', () => {
  test('shows events as they happen, and takes the cluster down at its end', async () => {
    const { start, ok, json } = shell();
    const { child, seen, ended } = start(['up', '--foreground', '--nodes', '2']);
    await until('the status', () => seen.stdout.includes('n1 leads'), { show: () => seen });
    await ok('isolate', 'n2');
    await until('the event', () => /isolate +id=f1/.test(seen.stdout), { show: () => seen });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: 143 });
    expect(await json('ls')).toMatchObject({ clusters: [] });
  });

  test('ends in good order when another command takes the cluster down', async () => {
    const { start, ok } = shell();
    const { seen, ended } = start(['up', '--foreground', '--nodes', '1', '--json']);
    await until('the status', () => seen.stdout.includes('"replab.up/1"'), { show: () => seen });
    await ok('down');
    expect(await ended).toMatchObject({ exit: 0, stderr: '' });
  });
});

test('live settings: changed by set, seen in status and in the log', async () => {
  const { ok, json } = await cluster('--nodes', '2');
  expect(await json('set', 'sync=1', 'write-timeout=700ms')).toMatchObject({
    changed: true,
    settings: { sync: '1', 'write-timeout': '700ms' },
  });
  expect(await json('status')).toMatchObject({
    options: { sync: '1', 'write-timeout': '700ms', 'election-timeout': '1500ms' },
  });
  expect(await ok('log')).toMatch(/settings sync=1 .*write-timeout=700ms/);
});

test('without a leader the settings shown are those in force; with nobody to tell, none', async () => {
  const { ok, run, json } = await cluster('--nodes', '2', '--sync', '1');
  await ok('set', 'sync=none');
  await ok('wait', 'caught-up');
  await ok('kill', '@leader');
  expect(await json('status')).toMatchObject({ leaders: [], options: { sync: 'none' } });
  expect(await ok('status')).toContain(' · sync none · ');
  await ok('expect', 'options.sync = "none"');
  await ok('kill', 'n2');
  expect(await json('status')).toMatchObject({ options: { sync: null, 'election-timeout': '1500ms' } });
  expect(await ok('status')).toContain(' · sync ? · ');
  expect(await run(['expect', 'options.sync = "none"'])).toMatchObject({ exit: 2 });
});

test('restart: the same data, another process', async () => {
  const { ok, json } = await cluster('--nodes', '2');
  await ok('put', 'x', '1');
  await ok('wait', 'caught-up');
  const before = await json<Up['snapshot']>('status');
  expect(await ok('restart', 'n2')).toMatch(/^n2 .*restarted/);
  await ok('wait', 'caught-up');
  const after = await json<Up['snapshot']>('status');
  expect(after.nodes[0]!.pid).toBe(before.nodes[0]!.pid);
  expect(after.nodes[1]!.pid).not.toBe(before.nodes[1]!.pid);
  expect(await ok('get', 'x', '--read', 'n2')).toBe('1\n');
});

test('version: of replab, and of what it runs on', async () => {
  const { json } = shell();
  expect(await json('version')).toMatchObject({
    replab: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.versions.node,
    sqlite: expect.any(String),
  });
});
