import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockDir } from '../../src/control/dir-lock.ts';
import { tempDir, until } from '../support/until.ts';

const fixture = fileURLToPath(new URL('fixtures/holds-lock.ts', import.meta.url));

/** A process that tried to lock `dir`, and what it said. */
async function contender(dir: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [fixture, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: line.toString().trim() };
}

describe('the lock of a cluster’s directory', () => {
  test('is held by one process at a time, and ends when that is killed', async () => {
    const dir = tempDir();
    const holder = await contender(dir);
    expect(holder.said).toBe('held');
    expect(lockDir(dir)).toBeNull();
    holder.child.kill('SIGKILL');
    const lock = await until('the kernel gave it back', () => lockDir(dir));
    expect((await contender(dir)).said).toBe('refused');
    expect(readdirSync(dir)).toEqual(['lock']);
    lock.release();
    expect((await contender(dir)).said).toBe('held');
  });

  test('many at once: one gets it', async () => {
    const dir = tempDir();
    const said = await Promise.all([1, 2, 3, 4].map(async () => (await contender(dir)).said));
    expect(said.toSorted()).toEqual(['held', 'refused', 'refused', 'refused']);
  });

  test('of a removed directory says nothing about one made anew under its name', async () => {
    const dir = join(tempDir(), 'c1');
    mkdirSync(dir);
    expect((await contender(dir)).said).toBe('held');
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    const lock = lockDir(dir);
    expect(lock).not.toBeNull();
    lock?.release();
  });

  test('a place that cannot be written to says so', () => {
    expect(() => lockDir(join(tempDir(), 'nothing'))).toThrow(/state-unwritable/);
  });
});
