import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './cluster.ts';
import { repeat, runProcess, type Figure } from './measure.ts';
import { cpuSecondsOf, end, present, startHaproxy, startNginx, startRedis, type Peer } from './peers.ts';
import { redisBenchmark } from './redis-benchmark.ts';

const forMs = 800;
const blobBytes = 65_536;

/**
 * A hop of our proxy beside nginx (stream) and HAProxy, one thread each, before the same redis-server, by
 * redis-benchmark: what a hop adds to a round trip, round trips a second with 50 clients, and processor time for
 * bytes carried (GETs of 64 KiB).
 */
export async function hop(_bench: Bench, runs: number): Promise<readonly Figure[]> {
  const programs = present(['redis-server', 'redis-benchmark', 'nginx', 'haproxy'] as const);
  if (!programs.has('redis-server') || !programs.has('redis-benchmark')) return [];
  const redis = await startRedis('--appendonly', 'no');
  const hops: { readonly name: string; readonly peer: Peer }[] = [
    { name: 'replab', peer: await startOurs(redis.port) },
  ];
  try {
    if (programs.has('nginx')) hops.push({ name: 'nginx stream', peer: await startNginx(redis.port) });
    if (programs.has('haproxy')) hops.push({ name: 'HAProxy', peer: await startHaproxy(redis.port) });
    await runProcess(
      'redis-cli',
      ['-p', String(redis.port), 'set', 'key:000000000000', 'x'.repeat(blobBytes)],
      process.env,
    );
    return await measure(redis, hops, runs);
  } finally {
    await Promise.all([redis, ...hops.map(({ peer }) => peer)].map((peer) => peer.stop()));
  }
}

async function measure(
  redis: Peer,
  hops: readonly { readonly name: string; readonly peer: Peer }[],
  runs: number,
): Promise<readonly Figure[]> {
  const rounds = await repeat(runs, async () => {
    const direct = await redisBenchmark(redis.port, { test: 'ping_mbulk', clients: 1, forMs });
    const each = [];
    for (const { peer } of hops) {
      const one = await redisBenchmark(peer.port, { test: 'ping_mbulk', clients: 1, forMs });
      const many = await redisBenchmark(peer.port, { test: 'ping_mbulk', clients: 50, forMs });
      const before = peer.cpuSeconds();
      const gigabytes = await carry(peer.port);
      const cpu = (peer.cpuSeconds() - before) / gigabytes;
      each.push({ addedMs: one.p50Ms - direct.p50Ms, perSecond: many.perSecond, cpu });
    }
    return each;
  });
  const column = (i: number, of: (one: (typeof rounds)[0][0]) => number): number[] =>
    rounds.map((round) => of(round[i]!));
  return hops.flatMap(({ name }, i): readonly Figure[] => [
    {
      name: `hop of ${name}: added to the median round trip`,
      unit: 'ms',
      values: column(i, ({ addedMs }) => addedMs),
    },
    {
      name: `hop of ${name}: round trips, 50 clients`,
      unit: 'ops/s',
      values: column(i, ({ perSecond }) => perSecond),
    },
    { name: `hop of ${name}: processor time`, unit: 's/GB', values: column(i, ({ cpu }) => cpu) },
    ...(i === 0
      ? []
      : ([
          {
            name: `… added, replab / ${name}`,
            unit: 'x',
            values: rounds.map((round) => round[0]!.addedMs / round[i]!.addedMs),
          },
          {
            name: `… round trips, replab / ${name}`,
            unit: 'x',
            values: rounds.map((round) => round[0]!.perSecond / round[i]!.perSecond),
          },
        ] as const)),
  ]);
}

/** Reads the blob over and over; the gigabytes that took. */
async function carry(port: number): Promise<number> {
  const requests = 8000;
  const args = ['-h', '127.0.0.1', '-p', String(port), '-c', '10', '-n', String(requests), '--csv'];
  await runProcess('redis-benchmark', [...args, 'GET', 'key:000000000000'], process.env);
  return (requests * blobBytes) / 1e9;
}

async function startOurs(upstream: number): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('fixtures/proxy.ts', import.meta.url)), [String(upstream)]);
  const [port] = (await once(child, 'message')) as [number];
  return { port, cpuSeconds: () => cpuSecondsOf(child.pid!), stop: () => end(child) };
}
