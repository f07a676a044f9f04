import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { until } from '../support/until.ts';
import { cluster, type Shell } from './replab.ts';

const nodeOf = async (shell: Shell, id: string) =>
  (await shell.json<Snapshot>('status')).nodes.find((node) => node.id === id)!;

describe('disks', { timeout: 90_000 }, () => {
  test('kill --wipe: an empty disk with a new id, which catches up by log', async () => {
    const own = await cluster('--sync', '2');
    await own.ok('put', 'k', 'v');
    expect(await own.ok('kill', 'n3', '--wipe')).toMatch(/^n3 killed, its disk wiped: it is n3\.2 now/);
    expect((await own.run(['kill', 'n3', '--wipe'])).stdout).toMatch(/it is n3\.3 now/);
    await own.ok('start', 'n3');
    await own.ok('wait', 'caught-up');
    expect(await nodeOf(own, 'n3')).toMatchObject({ disk: 2051, boot: 1, keys: 1 });
    expect(await own.ok('get', 'k', '--read', 'n3')).toBe('v\n');
  });

  test('P5: a wiped node does not count for what its former disk had acknowledged', async () => {
    const own = await cluster('--sync', '1', '--write-timeout', '400ms');
    await own.ok('isolate', 'n2');
    await own.ok('put', 'k', 'only n1 and n3 have it');
    await own.ok('kill', 'n3', '--wipe');
    await own.ok('kill', 'n1');
    await own.ok('heal');
    await own.ok('start', 'n3');
    // It knows of no entry now, and n2 of some.
    expect((await own.run(['promote', 'n3'])).exit).toBe(8);
    await own.ok('promote', 'n3', '--force');
    expect((await own.json('get', 'k'))['found']).toBe(false);
    expect((await nodeOf(own, 'n3')).epoch!.text).toMatch(/@n3\.2$/);
  });

  test('lose-unsynced: a kill takes what came after, kill --process nothing', async () => {
    const own = await cluster();
    await own.ok('put', 'a', '1');
    await own.ok('disk', 'n1', 'lose-unsynced');
    await own.ok('put', 'b', '2');
    await own.ok('kill', 'n1', '--process');
    await own.ok('start', 'n1');
    expect(await nodeOf(own, 'n1')).toMatchObject({ disk: 1, keys: 2, role: 'leader' });
    await own.ok('isolate', 'n1');
    await own.ok('put', 'c', '3');
    expect(await own.ok('kill', 'n1')).toMatch(
      /1 commit not fsynced lost \(\d+ bytes\), its disk is n1\.2 now/,
    );
    const { faults } = await own.json<Snapshot>('faults');
    expect(faults[0]!.hit.counts).toMatchObject({ kills: 1, lostCommits: 1 });
    await own.ok('heal');
    await own.ok('start', 'n1');
    expect(await nodeOf(own, 'n1')).toMatchObject({ disk: 1025, boot: 1, keys: 2, role: 'follower' });
    await own.ok('promote', 'n2');
    await own.ok('wait', 'caught-up');
    expect((await own.json('get', 'c'))['found']).toBe(false);
    expect((await own.run(['diff'])).exit).toBe(0);
  });

  test('lose-unsynced: another fault meanwhile makes nothing safe', async () => {
    const own = await cluster('--nodes', '1');
    await own.ok('disk', 'n1', 'lose-unsynced');
    await own.ok('put', 'k', 'v');
    await own.ok('skew', 'n1', '--offset', '5s');
    await own.ok('heal', 'f2');
    expect(await own.ok('kill', 'n1')).toMatch(/1 commit not fsynced lost/);
    await own.ok('start', 'n1');
    await own.ok('promote', 'n1');
    expect((await own.json('get', 'k'))['found']).toBe(false);
  });

  test('lose-unsynced under durability full: nothing can be lost', async () => {
    const own = await cluster('--nodes', '1', '--durability', 'full');
    await own.ok('disk', 'n1', 'lose-unsynced');
    await own.ok('put', 'k', 'v');
    expect(await own.ok('kill', 'n1')).toMatch(/all it had written was fsynced, nothing is lost/);
    await own.ok('start', 'n1');
    expect(await nodeOf(own, 'n1')).toMatchObject({ disk: 1, keys: 1, role: 'leader' });
  });

  test('save and restore: an older copy comes back under a new id, and catches up', async () => {
    const own = await cluster();
    await own.ok('put', 'k', 'old');
    await own.ok('wait', 'caught-up');
    expect(await own.ok('disk', 'n3', 'save', 'A')).toMatch(
      /^n3 saved as A, \d+ bytes; it was frozen for \d+/,
    );
    await own.ok('put', 'k', 'new');
    await own.ok('wait', 'caught-up');
    await own.ok('isolate', 'n3');
    expect(await own.ok('disk', 'n3', 'restore', 'A')).toMatch(/which is n3\.2 now/);
    expect(await own.ok('get', 'k', '--read', 'n3')).toBe('old\n');
    await own.ok('heal');
    await own.ok('wait', 'caught-up');
    expect(await own.ok('get', 'k', '--read', 'n3')).toBe('new\n');
    // The very same copy, once more, of a node that is down: it stays down.
    await own.ok('kill', 'n3');
    await own.ok('disk', 'n3', 'restore', 'A');
    expect(await nodeOf(own, 'n3')).toMatchObject({ state: 'killed', disk: 2051 });
    await own.ok('start', 'n3');
    await own.ok('wait', 'caught-up');
    expect((await own.run(['diff'])).exit).toBe(0);
  });

  test('an empty disk is saved and restored like any other', async () => {
    const own = await cluster('--sync', '1');
    await own.ok('put', 'k', 'v');
    await own.ok('kill', 'n3', '--wipe');
    expect(await own.ok('disk', 'n3', 'save', 'empty')).toMatch(/0 bytes/);
    await own.ok('start', 'n3');
    await own.ok('wait', 'caught-up');
    expect(await own.ok('disk', 'n3', 'restore', 'empty')).toMatch(/which is n3\.3 now/);
    await own.ok('wait', 'caught-up');
    expect(await nodeOf(own, 'n3')).toMatchObject({ disk: 2051, boot: 1, keys: 1 });
  });

  test('a leader whose older copy comes back does not lead, and is discarded nothing it never had', async () => {
    const own = await cluster('--sync', '1');
    await own.ok('disk', 'n1', 'save', 'A');
    await own.ok('put', 'k', 'v');
    await own.ok('disk', 'n1', 'restore', 'A');
    expect((await own.run(['put', 'k', 'w'])).exit).toBe(8);
    expect((await own.run(['promote', 'n1'])).exit).toBe(8);
    await own.ok('promote', '@follower.1');
    await own.ok('wait', 'caught-up');
    expect(await own.ok('get', 'k', '--read', 'n1')).toBe('v\n');
  });

  test('down --keep and up: the present disks, and the copies, are there again', async () => {
    const own = await cluster();
    await own.ok('kill', 'n3', '--wipe');
    await own.ok('disk', 'n2', 'save', 'A');
    await own.ok('down', '--keep');
    await own.ok('up', '-c', 'c1');
    expect(await nodeOf(own, 'n3')).toMatchObject({ disk: 1027, role: 'follower' });
    expect(await own.ok('disk', 'n2', 'restore', 'A')).toMatch(/n2\.2 now/);
  });

  test.for([
    [['disk', 'n1', 'restore', 'none'], 4, /No copy of n1's disk is called none/],
    [['disk', 'n1', 'save'], 3, /Say a name/],
    [['disk', 'n1', 'save', '../../x'], 3, /Say a name/],
    [['disk', 'n9', 'save', 'x'], 4, /no node called n9/],
  ] as const)('%j is refused in words', async ([args, exit, why]) => {
    const own = await cluster('--nodes', '1');
    const ran = await own.run(args);
    expect(ran).toMatchObject({ exit, stderr: expect.stringMatching(why) });
    expect(await nodeOf(own, 'n1')).toMatchObject({ state: 'running', disk: 1 });
  });
});

describe('pause --for', { timeout: 60_000 }, () => {
  test.for(['0s', '8761h', '0.2ms', '1e9h', '5'])('%s is a usage error', async (given) => {
    const own = await cluster('--nodes', '1');
    const expected = { exit: 3, stderr: expect.stringMatching(/a duration/) };
    expect(await own.run(['pause', 'n1', '--for', given])).toMatchObject(expected);
    expect(await own.run(['isolate', 'n1', '--for', given])).toMatchObject(expected);
    expect((await nodeOf(own, 'n1')).state).toBe('running');
  });

  test('a node is away for so long, and goes on by itself; resume and kill end it before', async () => {
    const own = await cluster();
    expect(await own.ok('pause', 'n2', '--for', '500ms')).toMatch(/^n2 paused, for 500ms/);
    await until('n2 to go on', async () => (await nodeOf(own, 'n2')).state === 'running');
    // Longer than a timer of Node.js.
    expect(await own.ok('pause', 'n2', '--for', '1000h')).toMatch(/for 1000h/);
    expect((await nodeOf(own, 'n2')).state).toBe('paused');
    await own.ok('resume', 'n2');
    await own.ok('pause', 'n2');
    expect((await nodeOf(own, 'n2')).state).toBe('paused');
    await own.ok('kill', 'n2');
    expect((await nodeOf(own, 'n2')).state).toBe('killed');
  });
});

describe('reset', { timeout: 90_000 }, () => {
  test('a warm cluster with empty disks: whatever there was, all run, unfaulted, led by n1', async () => {
    const own = await cluster('--sync', '1');
    const pids = (await own.json<Snapshot>('status')).nodes.map(({ pid }) => pid);
    await own.ok('put', 'k', 'v');
    await own.ok('set', 'sync=all');
    await own.ok('promote', 'n2');
    await own.ok('isolate', 'n3');
    await own.ok('skew', 'n1', '--offset', '5s');
    await own.ok('pause', 'n3');
    const { epoch, disks } = await own.json<{ epoch: string; disks: string[] }>('reset');
    expect(disks).toEqual(['n1.2', 'n2.2', 'n3.2']);
    expect(epoch).toBe('3@n1.2');
    const after = await own.json<Snapshot>('status');
    expect(after).toMatchObject({ faults: [], options: { sync: '1' }, divergence: { state: 'equal' } });
    expect(after.leaders.map(({ id }) => id)).toEqual(['n1']);
    expect(after.nodes.map(({ pid }) => pid)).toEqual(pids);
    expect(after.nodes.map(({ keys, boot, clockErrorMs }) => [keys, boot, clockErrorMs])).toEqual(
      pids.map(() => [0, 1, 0]),
    );
    expect((await own.json('get', 'k'))['found']).toBe(false);
    await own.ok('put', 'k', 'anew');
    await own.ok('wait', 'caught-up');
    expect((await own.run(['diff'])).exit).toBe(0);
  });

  test('nodes that are down come back, and what a restart finds is the new disk', async () => {
    const own = await cluster();
    await own.ok('put', 'k', 'v');
    await own.ok('kill', 'n1');
    await own.ok('reset');
    await own.ok('put', 'after', '1');
    await own.ok('restart', 'n2');
    await own.ok('wait', 'caught-up');
    expect(await nodeOf(own, 'n2')).toMatchObject({ disk: 1026, boot: 2, keys: 1 });
  });

  test('again and again, under load: nothing of before is there after', async () => {
    const own = await cluster('--sync', '1');
    for (let round = 0; round < 5; round += 1) {
      const puts = Array.from({ length: 3 }, (_, i) => own.run(['put', `r${round}`, `${i}`]));
      await own.ok('reset');
      await Promise.all(puts);
      await own.ok('reset');
      expect((await own.json('get', `r${round}`))['found']).toBe(false);
    }
    expect((await own.run(['diff'])).exit).toBe(0);
  });
});
