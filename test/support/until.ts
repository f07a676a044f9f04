import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

export interface UntilOptions {
  /** How long the condition may stay false. */
  readonly deadlineMs?: number;
  /** What to show beside the failure: the state as it was at the end. */
  readonly show?: () => unknown;
}

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/**
 * Polls until `condition` gives something truthy, and answers with it. A condition that throws is not met
 * yet. Past the deadline it rejects, naming `what`, the last answer or error, and what `show` gives.
 * The one place in the tests that lets time pass: never wait for a duration, wait for a fact.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { deadlineMs = 10_000, show }: UntilOptions = {},
): Promise<Truthy<T>> {
  const end = performance.now() + deadlineMs;
  let last: unknown;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    try {
      last = await beforeEnd(condition(), end);
      if (last) return last as Truthy<T>;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) break;
    await wait(pauseMs);
  }
  const seen =
    last instanceof Error ? `it failed with: ${last.message}` : `it was ${inspect(last, { depth: 4 })}`;
  const shown = show === undefined ? '' : `\n${inspect(show(), { depth: 6 })}`;
  throw new Error(`waited ${deadlineMs} ms for ${what}; at the end ${seen}${shown}`, {
    cause: last instanceof Error ? last : undefined,
  });
}

/** A condition that never settles must not outlast the deadline. */
async function beforeEnd<T>(answer: T | Promise<T>, end: number): Promise<T> {
  const over = new AbortController();
  const timeUp = async (): Promise<never> => {
    await wait(Math.max(0, end - performance.now()), undefined, { signal: over.signal });
    throw new Error('it did not answer before the deadline');
  };
  try {
    return await Promise.race([answer, timeUp()]);
  } finally {
    over.abort();
  }
}

/**
 * A new empty directory with a short path (unix sockets allow about 100 characters). Called in a test it is
 * removed when the test ends; called while a file or `describe` is read, when that ends. Not for hooks.
 */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rl-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  if (TestRunner.getCurrentTest() === undefined) afterAll(remove);
  else onTestFinished(remove);
  return dir;
}
