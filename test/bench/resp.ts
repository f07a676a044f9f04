import type { Bench } from './cluster.ts';
import { repeat, type Figure } from './measure.ts';
import { cpuSecondsOf, present, startRedis, type Peer } from './peers.ts';
import { redisBenchmark, type BenchmarkOptions } from './redis-benchmark.ts';

const forMs = 800;

/**
 * GET and SET on a single node beside redis-server, 50 clients, by redis-benchmark on both: durability normal
 * beside AOF off (a killed process loses nothing, or everything), full beside `appendfsync always`.
 * The node is asked at its own port: a hop of the proxy is measured by itself (`hop`).
 */
export async function resp(bench: Bench, runs: number): Promise<readonly Figure[]> {
  if (present(['redis-server', 'redis-benchmark'] as const).size < 2) return [];
  const normal = await beside(bench, runs, 'normal', ['--appendonly', 'no'], 'AOF off');
  const always = ['--appendonly', 'yes', '--appendfsync', 'always'];
  return [...normal, ...(await beside(bench, runs, 'full', always, 'appendfsync always'))];
}

async function beside(
  bench: Bench,
  runs: number,
  durability: string,
  redisArgs: readonly string[],
  redisName: string,
): Promise<readonly Figure[]> {
  const redis = await startRedis(...redisArgs);
  try {
    return await bench.withCluster(
      1,
      async (name) => {
        const { directPort: port, pid } = await bench.leader(name);
        const node = { port, cpuSeconds: () => cpuSecondsOf(pid) };
        const figures: Figure[] = [];
        for (const test of ['set', 'get'] as const) {
          for (const pipeline of [1, 16]) {
            const options: BenchmarkOptions = { test, clients: 50, pipeline, forMs };
            const pairs = await repeat(runs, async () => ({
              ours: await costly(node, options),
              theirs: await costly(redis, options),
            }));
            const what = `${test.toUpperCase()}, 50 clients, pipeline ${pipeline}`;
            figures.push(
              ...pairOf(
                `${what}, ${durability}`,
                `redis ${redisName}`,
                pairs.map(({ ours, theirs }) => ({ ours: ours.perSecond, theirs: theirs.perSecond })),
              ),
              {
                name: '… processor time a command',
                unit: 'µs',
                values: pairs.map(({ ours }) => ours.microseconds),
              },
              {
                name: `… redis ${redisName}`,
                unit: 'µs',
                values: pairs.map(({ theirs }) => theirs.microseconds),
              },
            );
          }
        }
        return figures;
      },
      '--durability',
      durability,
    );
  } finally {
    await redis.stop();
  }
}

/** Commands a second, and the processor time of the server for each: that hardly depends on what else runs here. */
async function costly(
  { port, cpuSeconds }: Pick<Peer, 'port' | 'cpuSeconds'>,
  options: BenchmarkOptions,
): Promise<{ readonly perSecond: number; readonly microseconds: number }> {
  const before = cpuSeconds();
  const { perSecond, requests } = await redisBenchmark(port, options);
  return { perSecond, microseconds: ((cpuSeconds() - before) * 1e6) / requests };
}

/** Ours, theirs, and the ratio within each pair. */
export function pairOf(
  ours: string,
  theirs: string,
  pairs: readonly { readonly ours: number; readonly theirs: number }[],
): readonly Figure[] {
  return [
    { name: ours, unit: 'ops/s', values: pairs.map((pair) => pair.ours) },
    { name: `… ${theirs}`, unit: 'ops/s', values: pairs.map((pair) => pair.theirs) },
    { name: '… ratio', unit: 'x', values: pairs.map((pair) => pair.ours / pair.theirs) },
  ];
}
