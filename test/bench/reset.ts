import type { Bench } from './cluster.ts';
import { load } from './load.ts';
import { repeat, type Figure } from './measure.ts';

/** A warm cluster made anew: what its supervisor takes, from the request until all have caught up. */
export async function reset(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const nodes of [3, 5]) {
    const values = await bench.withCluster(nodes, (name) =>
      repeat(runs * 2, async () => {
        await load((await bench.leader(name)).clientPort, { clients: 10, forMs: 200 });
        const { tookMs } = JSON.parse(await bench.replab('reset', '-c', name)) as { readonly tookMs: number };
        return tookMs;
      }),
    );
    figures.push({ name: `\`reset\` of ${nodes} nodes, after writes`, unit: 'ms', values });
  }
  return figures;
}
