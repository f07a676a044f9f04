import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../../src/commands/doctor/check.ts';
import { checks } from '../../../src/commands/doctor/checks.ts';
import { spaceFinding } from '../../../src/commands/doctor/disk-space.ts';
import { limitsFinding } from '../../../src/commands/doctor/limits.ts';
import { identify } from '../../../src/control/process-identity.ts';
import { recordSchema } from '../../../src/control/cluster-record.ts';
import { tempDir } from '../../support/until.ts';

type CheckName = keyof typeof checks;

async function look(
  name: CheckName,
  root: string,
  env: Record<string, string> = {},
): Promise<readonly Finding[]> {
  return await checks[name].look({ root, env });
}

async function words(
  name: CheckName,
  root: string,
  env: Record<string, string> = {},
): Promise<readonly string[]> {
  return (await look(name, root, env)).map(({ level, what }) => `${level}: ${what}`);
}

/** Removes what is left over, then looks again. */
async function fix(name: CheckName, root: string): Promise<readonly string[]> {
  for (const { remove } of await look(name, root)) await remove?.();
  return await words(name, root);
}

test('every check says what it found, in sentences, where all is well', async () => {
  const root = join(tempDir(), 'replab');
  for (const name of Object.keys(checks) as CheckName[]) {
    const findings = await look(name, root);
    expect(findings.length).toBeGreaterThan(0);
    for (const { level, what } of findings) {
      expect({ name, level }).not.toMatchObject({ level: expect.stringMatching(/trouble|left/) });
      expect(what).toMatch(/\.$/);
    }
  }
  expect(existsSync(root)).toBe(false);
});

test('node: options that every node would inherit', async () => {
  expect(await words('node', '/x', { NODE_OPTIONS: '--inspect=9229' })).toContainEqual(
    expect.stringMatching(/^trouble: NODE_OPTIONS is "--inspect=9229"/),
  );
  expect(await words('node', '/x', { NODE_OPTIONS: '--enable-source-maps' })).toContainEqual(
    expect.stringMatching(/^note: /),
  );
});

test('limits: the largest cluster they allow', () => {
  expect(limitsFinding({ openFiles: null, processes: null }).level).toBe('ok');
  expect(limitsFinding({ openFiles: 256, processes: null })).toMatchObject({
    level: 'note',
    what: expect.stringMatching(/enough for 7 nodes\.$/),
  });
  expect(limitsFinding({ openFiles: 4096, processes: 20 })).toMatchObject({
    level: 'trouble',
    what: expect.stringMatching(/enough for 0 nodes\.$/),
  });
});

test('disk space', () => {
  expect(spaceFinding(50_000)).toMatchObject({ level: 'ok', what: '48 GiB are free where state is kept.' });
  expect(spaceFinding(500).level).toBe('note');
  expect(spaceFinding(50).level).toBe('trouble');
});

describe('state-directory', () => {
  test('one that others may enter, one that is a file', async () => {
    const root = tempDir();
    chmodSync(root, 0o755);
    expect(await words('state-directory', root)).toEqual([`note: ${root}: other users may enter it.`]);
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect(await words('state-directory', join(file, 'replab'))).toEqual([
      expect.stringMatching(/^trouble: .* is no directory\.$/),
    ]);
  });

  test('a path too long for a socket, and a place for short ones that cannot be trusted', async () => {
    const root = join(tempDir(), 'long'.repeat(25));
    const runtime = tempDir();
    expect(await words('state-directory', root, { XDG_RUNTIME_DIR: runtime })).toContainEqual(
      `note: Its path is too long for control sockets; they go to ${join(runtime, 'replab')}.`,
    );
    mkdirSync(join(runtime, 'replab'));
    chmodSync(join(runtime, 'replab'), 0o777);
    expect(await words('state-directory', root, { XDG_RUNTIME_DIR: runtime })).toContainEqual(
      expect.stringMatching(/^trouble: .* cannot be trusted\. Other users may enter it\.$/),
    );
  });
});

test('engines are looked for on the path, and nothing is started', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'etcd'), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  expect(await words('engines', '/x', { PATH: dir })).toContain(
    `note: etcd is installed: ${join(dir, 'etcd')}.`,
  );
  expect(readdirSync(dir)).toEqual(['etcd']);
});

describe('sockets', () => {
  test('one that nobody listens on is left; one that is listened on is not', async () => {
    const root = tempDir();
    for (const name of ['dead', 'live']) mkdirSync(join(root, name));
    const live = createServer().listen(join(root, 'live', 'control.sock'));
    onTestFinished(() => void live.close());
    const script = `require('net').createServer().listen(${JSON.stringify(join(root, 'dead', 'control.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`;

    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect(await words('sockets', root)).toEqual([
      `left: Nobody listens on ${join(root, 'dead', 'control.sock')}.`,
    ]);
    expect(await fix('sockets', root)).toEqual(['ok: None is stale.']);
    expect(existsSync(join(root, 'live', 'control.sock'))).toBe(true);
  });
});

describe('records', () => {
  const inRoot = (files: Readonly<Record<string, string>>): string => {
    const root = tempDir();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };

  test('what was begun and not finished is left, and goes', async () => {
    const root = inRoot({
      'begun/logs/supervisor.log': '',
      '.old~removed/lock': '',
      'cut/cluster.json': `{"schema":"${recordSchema}","spec":{"na`,
    });
    expect(new Set(await words('records', root))).toEqual(
      new Set([
        `left: A removal was not finished: ${join(root, '.old~removed')}.`,
        'left: The record of cut cannot be read: cluster.json is not whole. There are no data beside it.',
        `left: ${join(root, 'begun')} was begun, and never became a cluster.`,
      ]),
    );
    expect(await fix('records', root)).toEqual(['ok: All are whole.']);
    expect(readdirSync(root)).toEqual([]);
  });

  test('data of nodes are not removed with a damaged record', async () => {
    const root = inRoot({ 'cut/cluster.json': '{"schema":"replab.clus', 'cut/nodes/n1/data.db': 'x' });
    const [finding] = await look('records', root);
    expect(finding).toMatchObject({ level: 'left', fix: '`replab down -c cut` removes both.' });
    expect(await fix('records', root)).toHaveLength(1);
    expect(existsSync(join(root, 'cut/nodes/n1/data.db'))).toBe(true);
  });

  test('what is not ours is left alone; what is newer is said', async () => {
    const root = inRoot({
      'notes/todo.txt': '',
      'app/cluster.json': '{"some":"thing"}',
      'next/cluster.json': '{"schema":"replab.cluster/9"}',
    });
    const before = await look('records', root);
    expect(before.map(({ level }) => level)).toEqual(['note', 'trouble', 'note']);
    expect(before.every(({ remove }) => remove === undefined)).toBe(true);
  });
});

test('labs: places of runs, by whose they are', async () => {
  const root = join(tempDir(), 'replab');
  const place = (name: string, runner: object | null | undefined): void => {
    mkdirSync(join(root, '.labs', name, 'replab'), { recursive: true });
    if (runner !== undefined)
      writeFileSync(join(root, '.labs', name, 'run.json'), JSON.stringify({ runner }));
  };
  expect(await words('labs', root)).toEqual(['ok: Nothing is left of any.']);
  place('over', null);
  place('now', identify(process.pid));
  place('dead', { pid: process.pid, startTime: 'long ago' });
  place('damaged', undefined);
  place('.not-yet', undefined);
  const all = await words('labs', root);
  expect(all).toHaveLength(4);
  expect(all[0]).toMatch(/^left: .*damaged was left/);
  expect(all[1]).toMatch(/^left: .*dead was left/);
  expect(all.slice(2)).toEqual([
    'note: 1 lab running now.',
    `ok: What happened in 1 run is kept in ${join(root, '.labs')}.`,
  ]);
  expect(await fix('labs', root)).toEqual(all.slice(2));
  expect(readdirSync(join(root, '.labs'))).toEqual(['.not-yet', 'now', 'over']);
});
