import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { causal } from '../../src/checkers/causal.ts';
import { deadline, type Checker } from '../../src/checkers/checker.ts';
import { linearizable } from '../../src/checkers/linearizable.ts';
import { models } from '../../src/checkers/models.ts';
import { searchOrder } from '../../src/checkers/search.ts';
import { strictSerializable } from '../../src/checkers/strict-serializable.ts';
import { byKey, subjectOf } from '../../src/checkers/subject.ts';
import type { History } from '../../src/history/operation.ts';
import { writeHistory } from '../../src/history/write-history.ts';
import type { Bench } from './cluster.ts';
import { appendHistory, casHistory, registerHistory, transactionHistory } from './histories.ts';
import { repeat, timed, type Figure } from './measure.ts';

const budgetMs = 10_000;

/** Histories that are legal, so that nothing ends early; and the whole command on one of them. */
export async function checkers(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const register = registerHistory(100_000);
  const append = appendHistory(6000, 50);
  return [
    await checked('linearizable: register, 100,000 operations, unique values', linearizable, register, runs),
    await checked('causal: the same', causal, register, runs),
    await checked(
      'strict-serializable: 17,000 list-append transactions, 60% unknown',
      strictSerializable,
      transactionHistory(17_000, 60),
      runs,
    ),
    await checked('linearizable: lists, 6,000 operations, 50 clients, 10 keys', linearizable, append, runs),
    await searched('the same by search alone', append),
    await checked(
      'linearizable: cas-registers, 6,000 operations, 50 clients, 10 keys',
      linearizable,
      casHistory(6000, 50),
      runs,
    ),
    await wholeCommand(bench, register, runs),
  ];
}

async function checked(name: string, checker: Checker, history: History, runs: number): Promise<Figure> {
  const values = await repeat(runs, async () => {
    // A new one each time: some claims keep what they worked out of a subject.
    const subject = subjectOf(history);
    const { ms, value } = await timed(() =>
      Promise.resolve(
        checker.check(
          subject,
          deadline(() => performance.now(), budgetMs),
        ),
      ),
    );
    if (value.verdict !== 'valid') throw new Error(`${name}: ${JSON.stringify(value)}`);
    return ms;
  });
  return { name, unit: 'ms', values };
}

/** Wing and Gong's search, key by key, where there is a faster way; it may use up its budget. */
async function searched(name: string, history: History): Promise<Figure> {
  const subject = subjectOf(history);
  const outOfTime = deadline(() => performance.now(), budgetMs);
  const { ms, value } = await timed(() =>
    Promise.resolve(
      [...byKey(subject).values()].map((taken) => searchOrder(taken, models[subject.kind], null, outOfTime)),
    ),
  );
  const undecided = value.filter((answer) => answer !== 'yes').length;
  return {
    name: undecided === 0 ? name : `${name}: ${undecided} of ${value.length} keys not decided`,
    unit: 'ms',
    values: [ms],
  };
}

async function wholeCommand(bench: Bench, history: History, runs: number): Promise<Figure> {
  const dir = mkdtempSync(join(tmpdir(), 'rl-bench-'));
  const file = join(dir, 'history.ndjson');
  try {
    writeFileSync(file, writeHistory(history.operations));
    const values = await repeat(
      runs,
      async () => (await timed(() => bench.replab('check', file, '--as', 'linearizable'))).ms,
    );
    return { name: '`check --as linearizable` of the register, as a process', unit: 'ms', values };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
