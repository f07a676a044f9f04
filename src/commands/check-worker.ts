import { parentPort, workerData } from 'node:worker_threads';
import { HistoryMistake } from '../history/mistake.ts';
import { assert } from '../lib/assert.ts';
import { check, type CheckReport, type CheckRequest } from './check-report.ts';

/** What the thread tells: lines of progress, and at last the report or the file's mistake. */
export type FromChecker =
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'done'; readonly report: CheckReport; readonly exported: string | null }
  | { readonly type: 'mistake'; readonly line: number; readonly message: string };

/**
 * The entry of the thread that checks a history. It computes without a pause, for as long as its budget; the
 * process beside it stays able to say so, and to be interrupted. What is not caught here ends the thread.
 */
assert(parentPort !== null, 'checks run in a worker thread');
const host = parentPort;
const tell = (message: FromChecker): void => host.postMessage(message);

try {
  const done = check(
    workerData as CheckRequest,
    () => performance.now(),
    (line) => tell({ type: 'progress', line }),
  );
  tell({ type: 'done', ...done });
} catch (error) {
  if (!(error instanceof HistoryMistake)) throw error;
  tell({ type: 'mistake', line: error.line, message: error.message });
}
