import { runProcess } from './measure.ts';

export interface BenchmarkOptions {
  readonly test: 'set' | 'get' | 'ping_mbulk';
  readonly clients: number;
  readonly pipeline?: number;
  readonly bytes?: number;
  /** About how long; it counts requests, so the first run of a server is a short one that tells its rate. */
  readonly forMs: number;
}

export interface BenchmarkResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  /** All that were made. */
  readonly requests: number;
}

const rates = new Map<string, number>();

/** redis-benchmark on a port: the same program for both sides. */
export async function redisBenchmark(port: number, options: BenchmarkOptions): Promise<BenchmarkResult> {
  const key = JSON.stringify([port, options]);
  const known = rates.get(key);
  const first = known === undefined ? 1000 : 0;
  const rate = known ?? (await run(port, options, first)).perSecond;
  const requests = Math.max(500, Math.round((rate * options.forMs) / 1000));
  const result = await run(port, options, requests);
  rates.set(key, result.perSecond);
  return { ...result, requests: first + requests };
}

async function run(
  port: number,
  { test, clients, pipeline = 1, bytes = 100 }: BenchmarkOptions,
  requests: number,
): Promise<Omit<BenchmarkResult, 'requests'>> {
  const args = ['-h', '127.0.0.1', '-p', port, '-t', test, '-c', clients, '-P', pipeline, '-d', bytes];
  const printed = await runProcess(
    'redis-benchmark',
    [...args, '-n', requests, '-r', 10_000, '--csv'].map(String),
    process.env,
  );
  // "test","rps","avg","min","p50",…
  const row = /^"(?:SET|GET|PING_MBULK)","([\d.]+)","[\d.]+","[\d.]+","([\d.]+)"/m.exec(printed);
  if (row === null) throw new Error(`redis-benchmark printed no figures: ${printed}`);
  return { perSecond: Number(row[1]), p50Ms: Number(row[2]) };
}
