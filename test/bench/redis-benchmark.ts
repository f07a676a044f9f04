import { runProcess } from './measure.ts';

export interface BenchmarkOptions {
  readonly test: 'set' | 'get' | 'ping_mbulk';
  readonly clients: number;
  readonly pipeline?: number;
  readonly bytes?: number;
  /** About how long; it counts requests, so the first run of a server tells its rate, and warms it. */
  readonly forMs: number;
}

export interface BenchmarkResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly requests: number;
}

const rates = new Map<string, number>();

/** redis-benchmark on a port: the same program for both sides. */
export async function redisBenchmark(port: number, options: BenchmarkOptions): Promise<BenchmarkResult> {
  const key = JSON.stringify([port, options]);
  const rate = rates.get(key) ?? (await warm(port, options));
  const requests = requestsFor(rate, options.forMs);
  const result = await run(port, options, requests);
  rates.set(key, result.perSecond);
  return { ...result, requests };
}

/** What is measured is a server that has been at it for a while, not what its compiler does in the first second. */
async function warm(port: number, options: BenchmarkOptions): Promise<number> {
  const { perSecond } = await run(port, options, 1000);
  return (await run(port, options, requestsFor(perSecond, 2 * options.forMs))).perSecond;
}

function requestsFor(perSecond: number, forMs: number): number {
  return Math.max(500, Math.round((perSecond * forMs) / 1000));
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
