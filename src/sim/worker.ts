import { parentPort } from 'node:worker_threads';
import { assert } from '../lib/assert.ts';
import type { SimReport } from './report.ts';
import { runSeed, type SimRequest } from './run.ts';

/** The entry of a thread that runs seeds, one for each message. */
export interface ToWorker {
  readonly request: SimRequest;
  readonly seed: number;
}

export interface FromWorker {
  readonly report: SimReport;
}

assert(parentPort !== null, 'seeds run in a worker thread');
const host = parentPort;

host.on('message', ({ request, seed }: ToWorker) => {
  const message: FromWorker = { report: runSeed(request, seed) };
  host.postMessage(message);
});
