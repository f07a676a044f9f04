import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { identify, isAlive, killIdentity, waitGone } from '../../src/control/process-identity.ts';
import { tempDir } from '../support/until.ts';
import { cluster, shell, type Shell } from './replab.ts';
import { clusterDirIn, identitiesIn, recordIn } from './remains.ts';

/** A cluster that was put away with a value in it, and its directory. */
async function kept(): Promise<Shell & { readonly dir: string }> {
  const own = await cluster('--nodes', '2');
  await own.ok('put', 'x', '1');
  await own.ok('wait', 'caught-up');
  await own.ok('down', '--keep');
  return { ...own, dir: clusterDirIn(own.env, 'c1') };
}

const refused = (says: RegExp) => ({ exit: 8, stdout: '', stderr: expect.stringMatching(says) });

describe('where the state should be', () => {
  test('is a file, or cannot be written: said, and nothing is started', async () => {
    const { run } = shell();
    const home = tempDir();
    writeFileSync(join(home, 'replab'), 'mine');
    for (const args of [['up'], ['ls'], ['status']]) {
      expect(await run(args, { env: { XDG_STATE_HOME: home } })).toMatchObject(refused(/Cannot write in/));
    }
    expect(readFileSync(join(home, 'replab'), 'utf8')).toBe('mine');
    // Nobody can make a directory there, the superuser included.
    expect(await run(['up'], { env: { XDG_STATE_HOME: '/proc' } })).toMatchObject(
      refused(/Cannot write in \/proc/),
    );
  });

  test('something else lives: neither started in nor removed', async () => {
    const { env, run, json } = shell();
    const dir = clusterDirIn(env, 'c1');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'thesis.txt'), 'mine');
    expect(await run(['up'])).toMatchObject(refused(/c1 is not replab's\.[^]*It holds thesis\.txt/));
    expect(await run(['down', '-c', 'c1'])).toMatchObject({ exit: 4 });
    writeFileSync(join(dir, 'cluster.json'), '{"mine":true}');
    for (const args of [['up'], ['status', '-c', 'c1'], ['down', '-c', 'c1']]) {
      expect(await run(args)).toMatchObject(refused(/is not replab's/));
    }
    expect(await json('ls')).toMatchObject({ clusters: [] });
    expect(readdirSync(dir).toSorted()).toEqual(['cluster.json', 'thesis.txt']);
  });

  test('others have put something among it: down leaves that', async () => {
    const { env, ok, run } = await cluster('--nodes', '1');
    const dir = clusterDirIn(env, 'c1');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    await ok('down');
    expect(readdirSync(dir)).toEqual(['notes.txt']);
    expect(await run(['up'])).toMatchObject(refused(/It holds notes\.txt/));
  });

  test('the path is too long for a socket: it works, and the socket goes with the cluster', async () => {
    const own = shell();
    const home = join(tempDir(), 'd'.repeat(60), 'e'.repeat(60));
    const env = { XDG_STATE_HOME: home };
    onTestFinished(async () => void (await own.run(['down'], { env })));
    expect(await own.run(['up', '-q', '--nodes', '1'], { env })).toMatchObject({ exit: 0 });
    const { socket } = recordIn(env, 'c1');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await own.run(['put', 'x', '1'], { env })).toMatchObject({ exit: 0 });
    expect(await own.run(['down'], { env })).toMatchObject({ exit: 0 });
    expect(existsSync(socket)).toBe(false);
  });

  test('others may enter: closed to them again', async () => {
    const { dir, ok } = await kept();
    chmodSync(dir, 0o755);
    chmodSync(join(dir, 'cluster.json'), 0o644);
    await ok('up', '-q');
    expect([dir, join(dir, 'cluster.json')].map((path) => statSync(path).mode & 0o077)).toEqual([0, 0]);
  });
});

describe('the record of a cluster', () => {
  test('cut short anywhere, or gone: said, and down removes what is left', async () => {
    const { dir, env, run, json, ok } = await kept();
    const whole = readFileSync(join(dir, 'cluster.json'));
    for (const length of [0, 1, 30, Math.floor(whole.length / 2), whole.length - 3]) {
      writeFileSync(join(dir, 'cluster.json'), whole.subarray(0, length));
      expect(await run(['up'])).toMatchObject(refused(/The state of c1 cannot be read/));
    }
    expect(await json('ls')).toMatchObject({ clusters: [{ name: 'c1', state: 'unreadable' }] });
    rmSync(join(dir, 'cluster.json'));
    expect(await run(['up'])).toMatchObject(refused(/cluster\.json is missing beside the data of nodes/));
    writeFileSync(join(dir, 'cluster.json'), whole);
    await ok('up', '-q');
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('down', '--keep');
    rmSync(join(dir, 'cluster.json'));
    await ok('down', '-c', 'c1');
    expect(existsSync(clusterDirIn(env, 'c1'))).toBe(false);
  });

  test('of a newer replab: nothing of it is touched', async () => {
    const { dir, run } = await kept();
    const path = join(dir, 'cluster.json');
    const record = readFileSync(path, 'utf8');
    writeFileSync(path, record.replace('replab.cluster/1', 'replab.cluster/7'));
    for (const args of [['up'], ['status', '-c', 'c1'], ['down', '-c', 'c1'], ['down', '-c', 'c1', '--keep']])
      expect(await run(args)).toMatchObject(refused(/written by a newer replab/));
    expect(existsSync(join(dir, 'nodes', 'n1', 'disk-1', 'data.db'))).toBe(true);
    writeFileSync(path, record);
  });

  test('names processes whose pids are others’ now: those are never signalled', async () => {
    const { env, dir, run, ok, json } = await kept();
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    await once(stranger, 'spawn');
    const identity = identify(stranger.pid!)!;
    const record = recordIn(env, 'c1');
    const reused = { pid: identity.pid, startTime: record.supervisor.startTime };
    const nodes = record.nodes.map((node) => ({ ...node, process: reused }));
    const written = { ...record, phase: 'ready', supervisor: reused, nodes };
    const write = (): void => writeFileSync(join(dir, 'cluster.json'), JSON.stringify(written));
    write();
    expect(await run(['status'])).toMatchObject({ exit: 4, stderr: expect.stringContaining('is gone') });
    expect(await json('down', '--keep')).toMatchObject({ ended: 0 });
    write();
    await ok('up', '-q');
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('down', '--keep');
    write();
    expect(await json('down')).toMatchObject({ ended: 0 });
    expect(isAlive(identity)).toBe(true);
  });
});

test('a removal that was killed is finished by the next down or up', async () => {
  const { env, ok, run, dir } = await kept();
  const removed = join(dir, '..', '.c1~removed');
  renameSync(dir, removed);
  expect(await run(['status', '-c', 'c1'])).toMatchObject({ exit: 4 });
  await ok('down', '-c', 'c1');
  expect(existsSync(removed)).toBe(false);
  expect(await run(['down', '-c', 'c1'])).toMatchObject({ exit: 4 });
  mkdirSync(join(removed, 'nodes'), { recursive: true });
  await ok('up', '-q', '--nodes', '1');
  expect(await ok('get', 'x')).toBe('');
  expect(readdirSync(join(env['XDG_STATE_HOME']!, 'replab'))).toEqual(['c1']);
});

describe('what a killed supervisor leaves', () => {
  test('lock, socket, half a record, half an event: up goes on from there', async () => {
    const { env, ok } = await cluster('--nodes', '2');
    await ok('put', 'x', '1');
    const dir = clusterDirIn(env, 'c1');
    const record = recordIn(env, 'c1');
    killIdentity(record.supervisor, 'SIGKILL');
    await waitGone(identitiesIn(record), 5000);
    expect(existsSync(join(dir, 'lock')) && existsSync(join(dir, 'control.sock'))).toBe(true);
    writeFileSync(join(dir, 'cluster.json.new'), '{"schema":"repl');
    appendFileSync(join(dir, 'events.ndjson'), '{"seq":99,"tMs":1');
    rmSync(join(dir, 'control.sock'));
    writeFileSync(join(dir, 'control.sock'), 'no socket at all');
    await ok('up', '-q');
    expect(await ok('get', 'x')).toBe('1\n');
    const seqs = (await ok('events', '--json')).trimEnd().split('\n');
    expect(seqs.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(seqs.map((_, i) => i + 1));
  });

  test('events that are no text, or no events, are passed over', async () => {
    const { dir, ok } = await kept();
    const events = join(dir, 'events.ndjson');
    const lines = readFileSync(events, 'utf8').trimEnd().split('\n').length;
    appendFileSync(events, Buffer.concat([Buffer.from([0xff, 0x00, 0x0a]), Buffer.from('null\n[1]\n"x"\n')]));
    await ok('up', '-q');
    const [next] = (await ok('events', '--after', String(lines), '--json')).split('\n');
    expect(JSON.parse(next!)).toMatchObject({ seq: lines + 1, name: 'up' });
  });
});

describe('the store of a node', () => {
  const harms: readonly { readonly what: string; harm(file: string): void }[] = [
    { what: 'cut short', harm: (file) => truncateSync(file, 5000) },
    { what: 'of garbage', harm: (file) => writeFileSync(file, 'no database at all\n'.repeat(500)) },
    { what: 'gone', harm: (file) => rmSync(file) },
  ];

  test.for(harms)(
    '$what: up says which, changes nothing; the other nodes go on without it',
    async ({ harm }) => {
      const { dir, run, ok, json } = await kept();
      const own = join(dir, 'nodes', 'n2', 'disk-1');
      const saved = join(tempDir(), 'n2');
      const save = (): void => cpSync(own, saved, { recursive: true });
      const restore = (): void => {
        rmSync(own, { recursive: true });
        cpSync(saved, own, { recursive: true });
      };
      save();
      for (const name of ['node.db', 'data.db']) {
        for (const file of readdirSync(own))
          if (file !== name && file.startsWith(name)) rmSync(join(own, file));
        harm(join(own, name));
        expect(await run(['up', '-q'])).toMatchObject(
          refused(/Node n2 cannot use its store\.\n {2}why: .*\.db/),
        );
        expect(await json('ls')).toMatchObject({ clusters: [{ name: 'c1', state: 'kept' }] });
        restore();
      }
      await ok('up', '-q');
      await ok('kill', 'n2');
      save();
      for (const file of readdirSync(own)) if (/-(wal|shm)$/.test(file)) rmSync(join(own, file));
      harm(join(own, 'data.db'));
      expect(await run(['start', 'n2'])).toMatchObject(refused(/Node n2 cannot use its store/));
      await ok('put', 'x', '2');
      expect(await ok('get', 'x')).toBe('2\n');
      restore();
      await ok('start', 'n2');
      await ok('wait', 'caught-up');
      expect(await ok('get', 'x', '--read', 'n2')).toBe('2\n');
    },
  );

  test('of another cluster is not taken for its own', async () => {
    const { dir, env, run, ok } = await kept();
    await ok('up', '-q', '-c', 'other', '--nodes', '2');
    await ok('down', '-c', 'other', '--keep');
    rmSync(join(dir, 'nodes', 'n2'), { recursive: true });
    cpSync(join(clusterDirIn(env, 'other'), 'nodes', 'n2'), join(dir, 'nodes', 'n2'), { recursive: true });
    expect(await run(['up', '-c', 'c1'])).toMatchObject(refused(/belongs to another cluster/));
  });
});
