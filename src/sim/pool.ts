import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { SimOptions } from './options.ts';
import { addReports, type SimReport } from './report.ts';
import { optionsOf, runSeed, type SimRequest } from './run.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** Before a seed's first step is looked at: what it drew. After its last: what came of it. */
export type SimProgress =
  | { readonly type: 'begin'; readonly seed: number; readonly options: SimOptions }
  | { readonly type: 'end'; readonly report: SimReport };

/**
 * Runs seeds `jobs` at a time, and tells of them in their order, each begun only when all before it have
 * ended: whoever listens cannot tell how many threads there were. The first failure is that of the smallest
 * seed, and the last thing told. `workerUrl`: another entry, for tests.
 */
export async function* runSeeds(
  request: SimRequest,
  jobs: number,
  workerUrl: URL = defaultWorkerUrl(),
): AsyncGenerator<SimProgress> {
  const seeds = request.seeds ?? 1;
  const pool = jobs > 1 && seeds > 1 ? new Pool(request, Math.min(jobs, seeds), workerUrl) : null;
  try {
    for (let seed = request.seed; seed < request.seed + seeds; seed += 1) {
      yield { type: 'begin', seed, options: optionsOf(request, seed) };
      // A run blocks its thread: what was told must be out before, and an interruption may come between.
      await setImmediate();
      const report = pool === null ? runSeed(request, seed) : await pool.report(seed);
      yield { type: 'end', report };
      if (report.failure !== null) return;
    }
  } finally {
    await pool?.end();
  }
}

/** As `runSim`, on several threads; the report is the same. */
export async function runSimOn(jobs: number, request: SimRequest): Promise<SimReport> {
  let sum: SimReport | null = null;
  for await (const progress of runSeeds(request, jobs)) {
    if (progress.type === 'end') sum = sum === null ? progress.report : addReports(sum, progress.report);
  }
  return sum!;
}

/** Seeds a thread may be ahead of the one that is waited for: reports wait in memory. */
const aheadPerJob = 64;

/** Worker threads that run seeds ahead of the one asked for, in order. */
class Pool {
  readonly #request: SimRequest;
  readonly #reports = new Map<number, PromiseWithResolvers<SimReport>>();
  readonly #workers: Worker[];
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, number>();
  #next: number;
  #asked: number;
  /** A seed has failed: none after it is of interest. */
  #until: number;

  constructor(request: SimRequest, jobs: number, workerUrl: URL) {
    this.#request = request;
    this.#next = request.seed;
    this.#asked = request.seed;
    this.#until = request.seed + (request.seeds ?? 1);
    this.#workers = Array.from({ length: jobs }, () => this.#hire(workerUrl));
    for (const worker of this.#workers) this.#employ(worker);
  }

  async report(seed: number): Promise<SimReport> {
    this.#asked = seed;
    for (const worker of this.#idle.splice(0)) this.#employ(worker);
    const report = await this.#slot(seed).promise;
    this.#reports.delete(seed);
    return report;
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #hire(workerUrl: URL): Worker {
    // No execArgv of ours: Node runs the entry as it is, built or (by stripping types) from source.
    const worker = new Worker(workerUrl, { name: 'sim', execArgv: [] });
    worker.on('message', ({ report }: FromWorker) => {
      if (report.failure !== null) this.#until = Math.min(this.#until, report.seed);
      this.#slot(report.seed).resolve(report);
      this.#employ(worker);
    });
    worker.on('error', (error: unknown) => {
      const seed = this.#running.get(worker) ?? this.#asked;
      this.#slot(seed).reject(new Error(`seed ${seed}: ${String(error)}`, { cause: error }));
    });
    return worker;
  }

  #employ(worker: Worker): void {
    const seed = this.#next;
    if (seed >= this.#until) return;
    if (seed > this.#asked + aheadPerJob * this.#workers.length) {
      this.#idle.push(worker);
      return;
    }
    this.#next += 1;
    this.#running.set(worker, seed);
    const message: ToWorker = { request: this.#request, seed };
    worker.postMessage(message);
  }

  #slot(seed: number): PromiseWithResolvers<SimReport> {
    let slot = this.#reports.get(seed);
    if (slot === undefined) {
      slot = Promise.withResolvers<SimReport>();
      // Rejected before anyone waits for it, it is told when someone does.
      slot.promise.catch(() => {});
      this.#reports.set(seed, slot);
    }
    return slot;
  }
}

/** Beside the bundle it is `sim.js`, beside the source `worker.ts`. */
function defaultWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './sim.js', import.meta.url);
}
