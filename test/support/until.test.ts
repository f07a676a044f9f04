import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { tempDir, until } from './until.ts';

describe('until', () => {
  test('answers with the first truthy value', async () => {
    let calls = 0;
    const value = await until('three calls', () => (++calls === 3 ? { calls } : null));
    expect(value).toEqual({ calls: 3 });
  });

  test('asks asynchronous conditions too, and takes a throw for not yet', async () => {
    let calls = 0;
    const value = await until('no error', async () => {
      calls += 1;
      if (calls < 3) throw new Error('too early');
      return calls;
    });
    expect(value).toBe(3);
  });

  test('says what it waited for, what it saw last and what the state was', async () => {
    const failure = until('the leader', () => null, { deadlineMs: 10, show: () => ({ role: 'follower' }) });
    await expect(failure).rejects.toThrow(
      /waited 10 ms for the leader; at the end it was null\n\{ role: 'follower' \}/,
    );
  });

  test('names the last error of a condition that kept throwing', async () => {
    const failure = until('a port', () => Promise.reject(new Error('refused')), { deadlineMs: 10 });
    await expect(failure).rejects.toThrow(/for a port; at the end it failed with: refused/);
  });

  test('gives up at the deadline on a condition that never settles', async () => {
    const failure = until('an answer', () => new Promise(() => {}), { deadlineMs: 20 });
    await expect(failure).rejects.toThrow(/did not answer before the deadline/);
  });
});

// Clean-up runs last registered first: a check that is registered before the directory runs after its removal.
describe('tempDir', () => {
  afterAll(() => expect(existsSync(ofGroup)).toBe(false));
  const ofGroup = tempDir();

  test('makes a directory that lasts as long as its test', () => {
    onTestFinished(() => expect(existsSync(dir)).toBe(false));
    const dir = tempDir();
    writeFileSync(join(dir, 'file'), '');
    expect(existsSync(ofGroup)).toBe(true);
    expect(dir).not.toBe(ofGroup);
  });
});
