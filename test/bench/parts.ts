import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './cluster.ts';
import { load } from './load.ts';
import { repeat, timed, type Figure } from './measure.ts';
import { checkers } from './checkers.ts';
import { cut } from './cut.ts';
import { delay } from './delay.ts';
import { hop } from './hop.ts';
import { reset } from './reset.ts';
import { resp } from './resp.ts';
import { stores } from './stores.ts';
import { watch } from './watch.ts';
import { writes } from './writes.ts';

type Part = (bench: Bench, runs: number) => Promise<readonly Figure[]>;

/** What can be measured; `npm run bench -- up resp` measures two. */
export const parts = {
  up,
  memory,
  commands,
  down,
  reset,
  stores,
  resp,
  writes,
  hop,
  cut,
  delay,
  watch,
  checkers,
} as const satisfies Record<string, Part>;

/** `up` to all caught up, beside as many bare Node.js processes, in turn, so that a noisy machine hits both. */
async function up(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const nodes of [3, 5, 20, 50]) {
    const pairs = await repeat(nodes > 10 ? Math.min(runs, 3) : runs, async () => {
      const name = `up${nodes}`;
      const bare = await bareProcesses(nodes);
      const { ms } = await timed(() => bench.replab('up', '-c', name, '--nodes', String(nodes)));
      await bench.replab('down', '-c', name);
      return { ms, bare };
    });
    figures.push(
      { name: `\`up\` of ${nodes} nodes`, unit: 'ms', values: pairs.map(({ ms }) => ms) },
      { name: `${nodes} bare Node.js processes`, unit: 'ms', values: pairs.map(({ bare }) => bare) },
      {
        name: `\`up\` of ${nodes} / ${nodes} bare`,
        unit: 'x',
        values: pairs.map(({ ms, bare }) => ms / bare),
      },
    );
  }
  return figures;
}

/** Resident memory of a node just started, and of one that took writes. */
async function memory(bench: Bench): Promise<readonly Figure[]> {
  return await bench.withCluster(5, async (name) => {
    const idle = await memoryOf(bench, name);
    await load((await bench.leader(name)).clientPort, { clients: 50, forMs: 3000 });
    return [
      { name: 'memory of a node, idle', unit: 'MB', values: idle },
      { name: 'memory of a node, after writes', unit: 'MB', values: await memoryOf(bench, name) },
    ] satisfies Figure[];
  });
}

/** Short commands as whole processes. */
async function commands(bench: Bench, runs: number): Promise<readonly Figure[]> {
  return await bench.withCluster(3, async (name) => {
    await bench.replab('put', '-c', name, 'x', '1');
    const time = async (...args: readonly string[]): Promise<Figure> => ({
      name: `\`${args.join(' ')}\``,
      unit: 'ms',
      values: (await repeat(runs * 3, () => timed(() => bench.replab(...args, '-c', name)))).map(
        ({ ms }) => ms,
      ),
    });
    const tab: Figure = {
      name: 'a tab: `replab kill @le`',
      unit: 'ms',
      values: (
        await repeat(runs * 3, () =>
          timed(() => bench.replab('__complete', 'bash', ' @=:', 'replab kill @le')),
        )
      ).map(({ ms }) => ms),
    };
    return [
      await time('get', 'x'),
      await time('put', 'x', '2'),
      await time('status'),
      await time('version'),
      tab,
    ];
  });
}

async function down(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const values = await repeat(runs, async () => {
    await bench.replab('up', '-c', 'down', '--nodes', '5');
    return (await timed(() => bench.replab('down', '-c', 'down'))).ms;
  });
  return [{ name: '`down` of 5 nodes', unit: 'ms', values }];
}

async function memoryOf(bench: Bench, name: string): Promise<number[]> {
  const { nodes } = await bench.snapshot(name);
  return nodes.flatMap(({ memory: bytes }) => (bytes === null ? [] : [bytes / 1e6]));
}

/** Milliseconds to start that many processes that do nothing, all at once, until the last is there. */
async function bareProcesses(count: number): Promise<number> {
  const children: ChildProcess[] = [];
  const { ms } = await timed(() =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const child = fork(fileURLToPath(new URL('fixtures/bare.js', import.meta.url)));
        children.push(child);
        await once(child, 'message');
      }),
    ),
  );
  await Promise.all(
    children.map(async (child) => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    }),
  );
  return ms;
}
