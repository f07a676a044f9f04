import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAlive, killIdentity, waitGone } from '../../src/control/process-identity.ts';
import { root } from '../support/root.ts';
import { tempDir, until } from '../support/until.ts';
import { raw } from './raw.ts';
import { cluster, shell, type Ran, type Shell } from './replab.ts';
import { identitiesIn, recordIn } from './remains.ts';

const runs = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;
const hasPrlimit = runs('prlimit', '--version');
if (!hasPrlimit) console.warn('prlimit (util-linux) is not installed: no limits are tried');

/** A disk of three megabytes; null where none can be mounted. */
function smallDisk(): string | null {
  const dir = join(tempDir(), 'disk');
  mkdirSync(dir);
  if (!runs('mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir)) return null;
  onTestFinished(() => void spawnSync('umount', ['--lazy', dir]));
  return dir;
}

const canMount = process.getuid?.() === 0 && runs('unshare', '--mount', 'mount', '-t', 'tmpfs', 'x', '/mnt');
if (!canMount) console.warn('no tmpfs can be mounted here: a full disk is only tried by a limit on files');

/** Writes of 200 KB each until one fails; what was acknowledged is added to `acknowledged`. */
async function fill({ run }: Pick<Shell, 'run'>, acknowledged: string[]): Promise<Ran> {
  const file = join(tempDir(), 'value');
  writeFileSync(file, 'v'.repeat(200_000));
  for (let i = 0; i < 60; i += 1) {
    const ran = await run(['put', `k${i}`, '--file', file]);
    if (ran.exit !== 0) return ran;
    acknowledged.push(`k${i}`);
  }
  throw new Error('nothing was ever full');
}

describe.runIf(canMount)('the disk is full', () => {
  test('writes are refused or unknown, commands say so, down works; with room again all goes on', async () => {
    const own = shell();
    const disk = smallDisk()!;
    const env = { XDG_STATE_HOME: disk };
    const run: Shell['run'] = (args, options) => own.run(args, { ...options, env });
    onTestFinished(async () => void (await run(['down'])));
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    expect(await run(['up', '-q', '--nodes', '2'])).toMatchObject({ exit: 0 });
    const acknowledged: string[] = [];
    const failed = await fill({ run }, acknowledged);
    expect([8, 9]).toContain(failed.exit);
    fillUp(join(disk, 'more'));
    // A fault is recorded before it is in force: without room it is refused.
    expect(await run(['isolate', 'n2'])).toMatchObject({
      exit: 8,
      stderr: expect.stringMatching(/There is no room left to write .*cluster\.json/),
    });
    expect(await run(['kill', 'n2'])).toMatchObject({ exit: 0 });
    expect(await run(['start', 'n2'])).toMatchObject({
      exit: 8,
      stderr: expect.stringMatching(/room|cannot/),
    });
    expect(await run(['status'])).toMatchObject({ exit: 0 });

    rmSync(join(disk, 'more'));
    truncateSync(ballast, 0);
    expect(await run(['start', 'n2'])).toMatchObject({ exit: 0 });
    await until('writes to go on', async () => (await run(['put', 'x', '1'])).exit === 0);
    expect(await run(['wait', 'caught-up'])).toMatchObject({ exit: 0 });
    for (const key of acknowledged) {
      expect((await run(['get', key, '--read', 'n2'])).stdout).toHaveLength(200_001);
    }

    fillUp(join(disk, 'more'));
    const record = recordIn(env, 'c1');
    expect(await run(['down', '--keep'])).toMatchObject({ exit: 0 });
    expect(identitiesIn(record).filter(isAlive)).toEqual([]);
    rmSync(join(disk, 'more'));
    expect(await run(['up', '-q'])).toMatchObject({ exit: 0 });
    expect((await run(['get', acknowledged[0]!])).stdout).toHaveLength(200_001);
    fillUp(join(disk, 'more'));
    expect(await run(['down'])).toMatchObject({ exit: 0 });
    expect(readdirSync(join(disk, 'replab'))).toEqual([]);
  });

  test('what needs room for a node’s disk is refused, and nothing of it is done', async () => {
    const own = shell();
    const disk = smallDisk()!;
    const env = { XDG_STATE_HOME: disk };
    const run: Shell['run'] = (args, options) => own.run(args, { ...options, env });
    const done = async (...args: readonly string[]): Promise<string> => {
      const ran = await run(args);
      expect(ran).toMatchObject({ exit: 0 });
      return ran.stdout;
    };
    onTestFinished(async () => void (await run(['down'])));
    await done('up', '-q', '--nodes', '2', '--sync', '1');
    await done('put', 'a', '1');
    await done('disk', 'n2', 'save', 'A');
    await done('disk', 'n2', 'lose-unsynced');
    await done('put', 'b', '2');
    const home = join(disk, 'replab/c1/nodes/n2');
    const before = {
      record: recordIn(env, 'c1'),
      disks: readdirSync(home),
      copies: readdirSync(`${home}/saved`),
    };

    const refuses = async (...args: readonly string[]): Promise<void> => {
      fillUp(join(disk, 'more'));
      const refused = { exit: 8, stderr: expect.stringMatching(/There is no room left to write/) };
      expect(await run(args)).toMatchObject(refused);
      const record = recordIn(env, 'c1');
      expect({ record, disks: readdirSync(home), copies: readdirSync(`${home}/saved`) }).toEqual(before);
      expect(identitiesIn(record).map(isAlive)).toEqual([true, true, true]);
      expect(await done('get', 'b', '--read', 'n2')).toBe('2\n');
      rmSync(join(disk, 'more'));
    };
    await refuses('disk', 'n2', 'save', 'B');
    await refuses('disk', 'n2', 'save', 'A');
    await refuses('disk', 'n2', 'restore', 'A');
    await refuses('kill', 'n2');
    await refuses('kill', 'n2', '--wipe');
    await refuses('reset');

    expect(await done('kill', 'n2')).toMatch(/[1-9]\d* commits? not fsynced lost/);
    await done('heal');
    await done('start', 'n2');
    // A node that recovers from a full disk gives room back: nobody writes from here.
    await done('wait', 'caught-up');
    fillUp(join(disk, 'more'));
    expect(await run(['reset'])).toMatchObject({ exit: 8 });
    expect(await done('get', 'b')).toBe('2\n');
    rmSync(join(disk, 'more'));
    await done('reset');
  });

  test('before anything is there: up says so, and leaves nothing', async () => {
    const own = shell();
    const disk = smallDisk()!;
    mkdirSync(join(disk, 'replab'));
    fillUp(join(disk, 'more'));
    const ran = await own.run(['up'], { env: { XDG_STATE_HOME: disk } });
    expect(ran).toMatchObject({ exit: 8, stderr: expect.stringMatching(/There is no room left to write/) });
    expect(readdirSync(join(disk, 'replab'))).toEqual([]);
  });
});

/** Takes every last byte of the disk it is on. */
function fillUp(file: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4k', 'count=4000']);
}

test.runIf(hasPrlimit)(
  'files may not grow: what cannot be written is refused, and nothing else breaks',
  async () => {
    const own = shell();
    expect(
      await own.run(['up', '-q', '--nodes', '2'], { under: ['prlimit', '--fsize=1500000:unlimited'] }),
    ).toMatchObject({ exit: 0 });
    const acknowledged: string[] = [];
    expect([8, 9]).toContain((await fill(own, acknowledged)).exit);
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const { pid } of identitiesIn(recordIn(own.env, 'c1')))
      execFileSync('prlimit', ['--pid', `${pid}`, '--fsize=unlimited']);
    await until('writes to go on', async () => (await own.run(['put', 'x', '1'])).exit === 0);
    await own.ok('wait', 'converged');
    for (const key of acknowledged) expect(await own.ok('get', key)).toHaveLength(200_001);
  },
);

describe.runIf(hasPrlimit)('too few descriptors', () => {
  test('up is refused with what it needs, and makes nothing', async () => {
    const { env, run } = shell();
    expect(await run(['up', '--nodes', '5'], { under: ['prlimit', '--nofile=80'] })).toMatchObject({
      exit: 8,
      stderr: expect.stringMatching(
        /The limit on open files is too low\.[^]*5 nodes need about \d+; here 80/,
      ),
    });
    expect(existsSync(join(env['XDG_STATE_HOME']!, 'replab'))).toBe(false);
  });

  test('a flood of connections takes them all: the cluster lives, and serves again when it is over', async () => {
    const own = shell();
    const under = ['prlimit', '--nofile=140'];
    expect(await own.run(['up', '-q', '--nodes', '2'], { under })).toMatchObject({ exit: 0 });
    await own.ok('put', 'x', '1');
    const record = recordIn(own.env, 'c1');
    const { nodes } = await own.json<{ nodes: { address: { client: string } }[] }>('status');
    const flood = Array.from({ length: 300 }, () => raw(nodes[0]!.address.client));
    await until('some to be open', () => flood.some(({ readyState }) => readyState === 'open'));
    // Commands may be turned away meanwhile, and end.
    await own.run(['put', 'y', '1', '--timeout', '1s']);
    for (const socket of flood) socket.destroy();
    await until('a write', async () => (await own.run(['put', 'x', '2', '--timeout', '2s'])).exit === 0);
    expect(identitiesIn(recordIn(own.env, 'c1'))).toEqual(identitiesIn(record));
    expect(await own.ok('get', 'x')).toBe('2\n');
  });
});

const mayBecomeOther =
  hasPrlimit && (process.getuid?.() !== 0 || runs('setpriv', '--reuid=65533', '--clear-groups', 'true'));
if (!mayBecomeOther) console.warn('limits on processes do not hold for the superuser: none is tried');

/** Replab where every user can read it: a clone may lie where only its owner can. */
function readableByAll(): { readonly node: string; readonly bin: string } {
  const dir = tempDir();
  chmodSync(dir, 0o755);
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, name), join(dir, name), { recursive: true });
  }
  const node = join(dir, 'node');
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  return { node, bin: join(dir, 'bin/replab.js') };
}

test.runIf(mayBecomeOther)('too few processes: up is refused with what it needs, and makes nothing', () => {
  const home = tempDir();
  chmodSync(home, 0o777);
  const { node, bin } = readableByAll();
  const other = process.getuid?.() === 0 ? ['setpriv', '--reuid=65533', '--clear-groups'] : [];
  const words = [...other, 'prlimit', '--nproc=60', node, bin, 'up', '--nodes', '9'];
  const { status, stderr } = spawnSync(words[0]!, words.slice(1), {
    env: { ...process.env, XDG_STATE_HOME: home, REPLAB_CLUSTER: '' },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({
    status: 8,
    stderr: expect.stringMatching(/The limit on processes is too low\.[^]*9 nodes need about \d+; here 60/),
  });
  expect(readdirSync(home)).toEqual([]);
});

test('ports that were its own are others’ when it comes back: it takes new ones, and leaves those alone', async () => {
  const { env, ok, json } = await cluster('--nodes', '3');
  await ok('put', 'x', '1');
  const addresses = async (): Promise<readonly string[]> => {
    const { nodes } = await json<{ nodes: { address: { client: string; direct: string } }[] }>('status');
    return nodes.flatMap(({ address }) => [address.client, address.direct]);
  };
  const before = await addresses();
  const record = recordIn(env, 'c1');
  killIdentity(record.supervisor, 'SIGKILL');
  await waitGone(identitiesIn(record), 5000);
  let strangersHeard = 0;
  const strangers: Server[] = [];
  // A process may be seen to have ended before the last of its threads has let its ports go.
  await until('some of its ports are free', async () => {
    for (const address of before) {
      const server = await listen(Number(address.split(':')[1]), () => (strangersHeard += 1));
      if (server === null) continue;
      strangers.push(server);
      onTestFinished(() => void server.close());
    }
    return strangers.length > 0;
  });
  await ok('up', '-q');
  await ok('wait', 'caught-up');
  expect(await ok('get', 'x', '--read', 'n3')).toBe('1\n');
  expect((await addresses()).filter((address) => before.includes(address))).toEqual([]);
  expect(strangersHeard).toBe(0);
});

/** Null when the port has gone to another program already, as any port may that nobody holds. */
function listen(port: number, onConnection: () => void): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      onConnection();
      socket.destroy();
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
