import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  readRecord,
  recordSchema,
  writeRecord,
  type ClusterRecord,
} from '../../src/control/cluster-record.ts';
import {
  chooseSocketPath,
  clusterDir,
  listClusters,
  makePrivateDir,
  refuseForeign,
  removeClusterDir,
  stateRoot,
} from '../../src/control/state-dir.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { tempDir } from '../support/until.ts';

function recordOf(name: string): ClusterRecord {
  return {
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
    token: '0123456789abcdef',
    phase: 'ready',
    supervisor: { pid: 4000, startTime: 'boot:1' },
    socket: '/nowhere/control.sock',
    faults: [{ id: 'f1', since: 0, params: { kind: 'isolate', node: 'n1' } }],
    nextFault: 2,
    highestBallot: 1,
    nodes: [{ id: 'n1', disk: diskOf('n1'), process: { pid: 4001, startTime: 'boot:2' } }],
  };
}

function clusterIn(root: string, name: string): string {
  const dir = clusterDir(root, name);
  makePrivateDir(dir);
  return dir;
}

describe('where the state is', () => {
  test('XDG_STATE_HOME when it is absolute, else ~/.local/state', () => {
    expect(stateRoot({ XDG_STATE_HOME: '/somewhere' })).toBe('/somewhere/replab');
    for (const useless of [undefined, '', 'relative/dir']) {
      expect(stateRoot({ XDG_STATE_HOME: useless })).toMatch(/\/\.local\/state\/replab$/);
    }
  });

  test('a name that would lead elsewhere is no name', () => {
    for (const name of ['..', '.', 'a/b', '', 'A', '-c', 'x'.repeat(64), '.hidden']) {
      expect(() => clusterDir('/state', name)).toThrow(/no cluster name/);
    }
  });

  test('only the user may enter', () => {
    const root = tempDir();
    const dir = clusterIn(join(root, 'made', 'on the way'), 'c1');
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'made')).mode & 0o077).toBe(0);
  });

  test('a place that cannot be written to says so', () => {
    const root = tempDir();
    writeFileSync(join(root, 'file'), '');
    expect(() => makePrivateDir(join(root, 'file', 'c1'))).toThrow(/state-unwritable/);
  });
});

describe('cluster.json', () => {
  test('is read as it was written, and only the user can read its token', () => {
    const dir = clusterIn(tempDir(), 'c1');
    writeRecord(dir, recordOf('c1'));
    expect(readRecord(dir)).toEqual({ type: 'record', record: recordOf('c1') });
    expect(statSync(join(dir, 'cluster.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['cluster.json']);
  });

  test('missing', () => {
    expect(readRecord(join(tempDir(), 'nothing'))).toEqual({ type: 'missing' });
  });

  test('half-written at any byte: corrupt, never a record', () => {
    const dir = clusterIn(tempDir(), 'c1');
    const text = JSON.stringify(recordOf('c1'));
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(join(dir, 'cluster.json'), text.slice(0, length));
      expect(readRecord(dir).type).toBe('corrupt');
    }
  });

  test.for(Object.keys(recordOf('c1')))('without a proper %s: no record', (field) => {
    const dir = clusterIn(tempDir(), 'c1');
    for (const value of [undefined, null, {}, [{}], -1]) {
      writeFileSync(join(dir, 'cluster.json'), JSON.stringify({ ...recordOf('c1'), [field]: value }));
      // Without its schema it is nobody's that is known.
      expect(readRecord(dir).type).toBe(field === 'schema' ? 'foreign' : 'corrupt');
    }
  });

  test('foreign files are foreign, newer schemas are newer', () => {
    const dir = clusterIn(tempDir(), 'c1');
    for (const foreign of ['[]', 'null', '3', '{}', '{"schema":"other/1"}', '{"schema":1}', 'my notes']) {
      writeFileSync(join(dir, 'cluster.json'), foreign);
      expect(readRecord(dir).type).toBe('foreign');
    }
    // After a loss of power: a file of the right length whose blocks were never written.
    writeFileSync(join(dir, 'cluster.json'), '\0'.repeat(500));
    expect(readRecord(dir).type).toBe('corrupt');
    writeFileSync(join(dir, 'cluster.json'), '{"schema":"replab.cluster/2"}');
    expect(readRecord(dir)).toEqual({ type: 'newer', schema: 'replab.cluster/2' });
  });

  test('a pid that means a group, or every process, is none', () => {
    const dir = clusterIn(tempDir(), 'c1');
    for (const pid of [0, 1, -1, -4000, 1.5, '4000']) {
      const record = { ...recordOf('c1'), supervisor: { pid, startTime: 'boot:1' } };
      writeFileSync(join(dir, 'cluster.json'), JSON.stringify(record));
      expect(readRecord(dir).type).toBe('corrupt');
    }
  });

  test('of a copied directory is another cluster’s', () => {
    const dir = clusterIn(tempDir(), 'c2');
    writeRecord(dir, recordOf('c1'));
    expect(readRecord(dir)).toEqual({ type: 'corrupt', reason: 'it is that of cluster c1' });
  });

  test('listing passes over what is not ours', () => {
    const root = tempDir();
    for (const name of ['c2', 'c1']) writeRecord(clusterIn(root, name), recordOf(name));
    writeFileSync(join(clusterIn(root, 'damaged'), 'cluster.json'), '{');
    mkdirSync(join(root, 'empty'));
    mkdirSync(join(root, 'Not A Name'));
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'c1'), join(root, 'link'));
    expect(listClusters(root).map(({ name, read }) => [name, read.type])).toEqual([
      ['c1', 'record'],
      ['c2', 'record'],
      ['damaged', 'corrupt'],
    ]);
    expect(listClusters(join(root, 'nothing'))).toEqual([]);
  });
});

describe('the path of the control socket', () => {
  test('is in the directory while it fits', () => {
    expect(chooseSocketPath('/state/replab/c1')).toBe('/state/replab/c1/control.sock');
  });

  test('is a short one of its own when it does not, and can be listened on', async () => {
    const runtime = tempDir();
    const dir = join('/state', 'x'.repeat(60), 'y'.repeat(60), 'c1');
    const path = chooseSocketPath(dir, { XDG_RUNTIME_DIR: runtime });
    expect(path).toMatch(/\/replab\/[0-9a-f]{8}\.sock$/);
    expect(path).not.toBe(chooseSocketPath(`${dir}2`, { XDG_RUNTIME_DIR: runtime }));
    expect(statSync(join(runtime, 'replab')).mode & 0o777).toBe(0o700);
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    await new Promise<void>((resolve, reject) => {
      const socket = connect(path, () => {
        socket.destroy();
        resolve();
      }).on('error', reject);
    });
  });

  test('is never where others could have put their own', () => {
    const dir = join('/state', 'x'.repeat(60), 'y'.repeat(60), 'c1');
    const runtime = tempDir();
    mkdirSync(join(runtime, 'replab'));
    chmodSync(join(runtime, 'replab'), 0o777);
    expect(() => chooseSocketPath(dir, { XDG_RUNTIME_DIR: runtime })).toThrow(/directory-unsafe/);
    rmSync(join(runtime, 'replab'), { recursive: true });
    symlinkSync(tempDir(), join(runtime, 'replab'));
    expect(() => chooseSocketPath(dir, { XDG_RUNTIME_DIR: runtime })).toThrow(/directory-unsafe/);
  });

  test('removing a cluster removes a socket elsewhere too', () => {
    const root = tempDir();
    const dir = clusterIn(root, 'c1');
    const socket = join(tempDir(), 'short.sock');
    writeFileSync(socket, '');
    removeClusterDir(dir, socket);
    expect([statSync(socket, { throwIfNoEntry: false }), readdirSync(root)]).toEqual([undefined, []]);
  });

  test('what others put into it stays, and so does a directory that is not ours', () => {
    const root = tempDir();
    const dir = clusterIn(root, 'c1');
    writeRecord(dir, recordOf('c1'));
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    expect(() => refuseForeign(dir)).not.toThrow();
    removeClusterDir(dir, null);
    expect(readdirSync(dir)).toEqual(['notes.txt']);
    expect(() => refuseForeign(dir)).toThrow(/state-foreign/);
    expect(readRecord(dir)).toEqual({ type: 'missing' });
  });

  test('what a removal that was killed had left goes with the next', () => {
    const root = tempDir();
    mkdirSync(join(root, '.c1~removed', 'nodes'), { recursive: true });
    expect(listClusters(root)).toEqual([]);
    removeClusterDir(clusterIn(root, 'c1'), null);
    expect(readdirSync(root)).toEqual([]);
  });
});
