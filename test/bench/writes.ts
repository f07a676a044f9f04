import type { Bench } from './cluster.ts';
import { load } from './load.ts';
import { repeat, type Figure } from './measure.ts';
import { present, startRedis, type Peer } from './peers.ts';
import { redisBenchmark } from './redis-benchmark.ts';
import { pairOf } from './resp.ts';

const forMs = 600;
const shapes = [
  { clients: 1, pipeline: 1 },
  { clients: 50, pipeline: 1 },
  { clients: 50, pipeline: 16 },
] as const;

interface Redis {
  readonly leader: Peer;
  stop(): Promise<void>;
}

/**
 * Writes to a leader with two followers, whose traffic goes through the proxy, beside redis-server with two
 * replicas, connected directly. Clients ask either at its own port. Where writes wait for followers Redis is
 * sent WAIT after each batch, which redis-benchmark cannot: then both sides have the load of `load.ts`.
 */
export async function writes(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const programs = present(['redis-server', 'redis-benchmark'] as const);
  const figures: Figure[] = [];
  for (const durability of ['normal', 'full'] as const) {
    const redis = programs.has('redis-server') ? await startReplicated(durability) : null;
    try {
      for (const sync of ['none', '1', 'all'] as const) {
        const part = async (name: string): Promise<readonly Figure[]> =>
          shaped(bench, name, redis, { sync, durability, runs, byTool: programs.has('redis-benchmark') });
        figures.push(...(await bench.withCluster(3, part, '--sync', sync, '--durability', durability)));
      }
    } finally {
      await redis?.stop();
    }
  }
  return figures;
}

interface Setting {
  readonly sync: 'none' | '1' | 'all';
  readonly durability: 'normal' | 'full';
  readonly runs: number;
  /** redis-benchmark is there. */
  readonly byTool: boolean;
}

async function shaped(
  bench: Bench,
  name: string,
  redis: Redis | null,
  { sync, durability, runs, byTool }: Setting,
): Promise<readonly Figure[]> {
  const { directPort: port } = await bench.leader(name);
  const figures: Figure[] = [];
  const waitFor = { none: undefined, 1: 1, all: 2 }[sync];
  for (const shape of shapes) {
    const rate = async (at: number, wait?: number): Promise<number> => {
      if (sync === 'none' && byTool)
        return (await redisBenchmark(at, { test: 'set', ...shape, forMs })).perSecond;
      return (await load(at, { ...shape, forMs, ...(wait === undefined ? {} : { waitFor: wait }) }))
        .perSecond;
    };
    const pairs = await repeat(Math.min(runs, 3), async () => ({
      ours: await rate(port),
      theirs: redis === null ? NaN : await rate(redis.leader.port, waitFor),
    }));
    const by = `${shape.clients} client${shape.clients === 1 ? '' : 's'}, pipeline ${shape.pipeline}`;
    const what = `writes, sync ${sync}, ${durability}, ${by}`;
    const peer = `redis ${durability === 'full' ? 'appendfsync always' : 'AOF off'}${waitFor === undefined ? '' : `, WAIT ${waitFor}`}`;
    if (redis === null) figures.push({ name: what, unit: 'ops/s', values: pairs.map(({ ours }) => ours) });
    else figures.push(...pairOf(what, peer, pairs));
  }
  return figures;
}

async function startReplicated(durability: 'normal' | 'full'): Promise<Redis> {
  const aof =
    durability === 'full' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const peers: Peer[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(peers.map((peer) => peer.stop())));
  try {
    peers.push(await startRedis(...aof));
    const { port } = peers[0]!;
    for (let i = 0; i < 2; i += 1) peers.push(await startRedis(...aof, '--replicaof', `127.0.0.1 ${port}`));
    // Both have synchronised once they acknowledge a write.
    await load(port, { clients: 1, forMs: 1, waitFor: 2 });
    return { leader: peers[0]!, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
