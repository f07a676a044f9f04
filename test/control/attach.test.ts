import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attach, greetClusters, onlyCluster, summarizeClusters } from '../../src/control/attach.ts';
import {
  markOf,
  newToken,
  recordSchema,
  writeRecord,
  type ClusterRecord,
  type NodeRecord,
} from '../../src/control/cluster-record.ts';
import { lockDir } from '../../src/control/dir-lock.ts';
import {
  identify,
  isAlive,
  killIdentity,
  markVariable,
  stateOf,
  type ProcessIdentity,
} from '../../src/control/process-identity.ts';
import { removeCluster } from '../../src/control/remains.ts';
import { serveControl, type Handlers } from '../../src/control/server.ts';
import { clusterDir, makePrivateDir } from '../../src/control/state-dir.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { tempDir, until } from '../support/until.ts';

const self = identify(process.pid)!;
const dead: ProcessIdentity = { pid: process.pid, startTime: 'another-boot:1' };

function makeCluster(root: string, name: string, fields: Partial<ClusterRecord> = {}): ClusterRecord {
  const dir = clusterDir(root, name);
  makePrivateDir(dir);
  const record: ClusterRecord = {
    schema: recordSchema,
    spec: {
      name,
      mode: 'single-leader',
      engine: 'replab',
      nodes: ['n1'],
      shards: 1,
      options: {},
      durability: 'normal',
    },
    token: newToken(),
    phase: 'ready',
    supervisor: self,
    socket: join(dir, 'control.sock'),
    faults: [],
    nextFault: 1,
    highestBallot: 0,
    nodes: [],
    ...fields,
  };
  writeRecord(dir, record);
  return record;
}

async function sleeper(env: Readonly<Record<string, string>> = {}): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return identify(child.pid!)!;
}

function node(id: string, process: ProcessIdentity): NodeRecord {
  return { id, disk: diskOf(id), process };
}

describe('attaching to a cluster by name', () => {
  test('one that is up answers', async () => {
    const root = tempDir();
    const { socket, token, spec } = makeCluster(root, 'c1');
    const handlers = { hello: () => Promise.resolve({ spec, pid: process.pid }) } as unknown as Handlers;
    const server = await serveControl({ socketPath: socket, token, handlers });
    onTestFinished(() => server.close());
    const { client, ...rest } = await attach(root, 'c1');
    expect(rest).toEqual({ spec, dir: clusterDir(root, 'c1') });
    client.close();
  });

  test('one that is not there, kept, damaged, newer, or silent: each says so', async () => {
    const root = tempDir();
    makeCluster(root, 'kept', { phase: 'kept', supervisor: dead });
    makeCluster(root, 'newer', { schema: 'replab.cluster/9' as typeof recordSchema });
    makeCluster(root, 'damaged', { token: '' });
    makeCluster(root, 'silent');
    const codes = {
      nothing: 'no-such-cluster',
      kept: 'cluster-kept',
      newer: 'state-newer',
      damaged: 'state-corrupt',
      silent: 'unresponsive',
    };
    for (const [name, code] of Object.entries(codes)) {
      await expect(attach(root, name, 100)).rejects.toMatchObject({ code });
    }
  });

  test('one whose supervisor died is rid of what it left, by mark and by record; a reused pid is not touched', async () => {
    const root = tempDir();
    const token = newToken();
    const marked = await sleeper({ [markVariable]: markOf(token) });
    const recorded = await sleeper();
    const stranger = await sleeper();
    const nodes = [node('n1', recorded), node('n2', { ...stranger, startTime: 'earlier:1' })];
    makeCluster(root, 'c1', { token, supervisor: dead, nodes });
    const reaped = process.platform === 'linux' ? 2 : 1;
    await expect(attach(root, 'c1')).rejects.toMatchObject({ code: 'supervisor-gone', facts: { reaped } });
    expect([marked, recorded, stranger].map(isAlive)).toEqual([process.platform !== 'linux', false, true]);
    await expect(attach(root, 'c1')).rejects.toMatchObject({ code: 'supervisor-gone', facts: { reaped: 0 } });
  });
});

describe('which clusters there are', () => {
  test('their states are those of their directories and processes', () => {
    const root = tempDir();
    makeCluster(root, 'a-up');
    makeCluster(root, 'b-starting', { phase: 'starting' });
    makeCluster(root, 'c-kept', { phase: 'kept', supervisor: dead });
    makeCluster(root, 'd-gone', { supervisor: dead });
    makeCluster(root, 'e-damaged', { token: '' });
    expect(summarizeClusters(root).map(({ name, state, pid }) => [name, state, pid])).toEqual([
      ['a-up', 'up', process.pid],
      ['b-starting', 'starting', process.pid],
      ['c-kept', 'kept', null],
      ['d-gone', 'gone', null],
      ['e-damaged', 'unreadable', null],
    ]);
    expect(() => onlyCluster(root)).toThrow(/several-clusters/);
  });

  test('greeted: one that answers, and those that need not be waited for', async () => {
    const root = tempDir();
    const { socket, token, spec } = makeCluster(root, 'answers');
    const handlers = { hello: () => Promise.resolve({ spec, pid: process.pid }) } as unknown as Handlers;
    const server = await serveControl({ socketPath: socket, token, handlers });
    onTestFinished(() => server.close());
    makeCluster(root, 'gone', { supervisor: dead });
    makeCluster(root, 'other-token', { socket });
    makeCluster(root, 'starting', { phase: 'starting' });
    const stopped = await sleeper();
    makeCluster(root, 'stopped', { supervisor: stopped });
    killIdentity(stopped, 'SIGSTOP');
    await until('it to stop', () => stateOf(stopped) === 'paused');
    expect((await greetClusters(root, 60_000)).map(({ name, state }) => [name, state])).toEqual([
      ['answers', 'up'],
      ['gone', 'gone'],
      ['other-token', 'unresponsive'],
      ['starting', 'starting'],
      ['stopped', 'unresponsive'],
    ]);
  });

  test('greeted, one that is silent for too long, or not there to answer, is unresponsive', async () => {
    const root = tempDir();
    makeCluster(root, 'nobody');
    const silent = createServer().listen(makeCluster(root, 'silent').socket);
    onTestFinished(() => void silent.close());
    const states = (await greetClusters(root, 50)).map(({ state }) => state);
    expect(states).toEqual(['unresponsive', 'unresponsive']);
  });

  test('without a name: the one that is up, else the only one there is', () => {
    const root = tempDir();
    expect(() => onlyCluster(root)).toThrow(/no-cluster/);
    makeCluster(root, 'kept', { phase: 'kept', supervisor: dead });
    expect(onlyCluster(root)).toBe('kept');
    makeCluster(root, 'up');
    expect(onlyCluster(root)).toBe('up');
  });
});

describe('removing a cluster without a supervisor', () => {
  test('ends what is left of it, and its directory', async () => {
    const root = tempDir();
    const left = await sleeper();
    const nodes = [node('n1', left)];
    makeCluster(root, 'c1', { supervisor: dead, nodes });
    expect(await removeCluster(root, 'c1')).toEqual({ ended: 1 });
    expect([isAlive(left), existsSync(clusterDir(root, 'c1'))]).toEqual([false, false]);
    await expect(removeCluster(root, 'c1')).rejects.toMatchObject({ code: 'no-such-cluster' });
  });

  test('a damaged one goes too, a newer one stays', async () => {
    const root = tempDir();
    makeCluster(root, 'damaged', { token: '' });
    makeCluster(root, 'newer', { schema: 'replab.cluster/9' as typeof recordSchema });
    await removeCluster(root, 'damaged');
    await expect(removeCluster(root, 'newer')).rejects.toMatchObject({ code: 'state-newer' });
    expect([existsSync(clusterDir(root, 'damaged')), existsSync(clusterDir(root, 'newer'))]).toEqual([
      false,
      true,
    ]);
  });

  test('one in use is left alone', async () => {
    const root = tempDir();
    makeCluster(root, 'c1');
    const lock = lockDir(clusterDir(root, 'c1'))!;
    onTestFinished(() => lock.release());
    await expect(removeCluster(root, 'c1')).rejects.toMatchObject({ code: 'unresponsive' });
    expect(existsSync(clusterDir(root, 'c1'))).toBe(true);
  });
});
