import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { root } from '../support/root.ts';
import { runProcess } from './measure.ts';

/** The built command line, as a whole process, with a state directory of its own. */
export interface Bench {
  /** Runs `replab ...args --json` and gives its stdout. */
  replab(...args: readonly string[]): Promise<string>;
  /** What finds its clusters. */
  readonly env: NodeJS.ProcessEnv;
  snapshot(name: string): Promise<Snapshot>;
  leader(name: string): Promise<Leader>;
  /** `work` with a cluster of `nodes` that is gone afterwards, whatever happened. */
  withCluster<T>(nodes: number, work: (name: string) => Promise<T>, ...upArgs: readonly string[]): Promise<T>;
}

export interface Leader {
  readonly pid: number;
  /** Its link's, which clients use. */
  readonly clientPort: number;
  /** Its own. */
  readonly directPort: number;
}

/** Runs `work` and removes its state directory. */
export async function withBench<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'rl-bench-'));
  const env = { ...process.env, XDG_STATE_HOME: dir, REPLAB_CLUSTER: undefined };
  const bin = join(root, 'bin/replab.js');
  let count = 0;
  const replab: Bench['replab'] = (...args) => runProcess(process.execPath, [bin, ...args, '--json'], env);
  const withCluster: Bench['withCluster'] = async (nodes, inside, ...upArgs) => {
    count += 1;
    const name = `b${count}`;
    await replab('up', '-c', name, '--nodes', String(nodes), ...upArgs);
    try {
      return await inside(name);
    } finally {
      await replab('down', '-c', name);
    }
  };
  const snapshot: Bench['snapshot'] = async (name) =>
    JSON.parse(await replab('status', '-c', name)) as Snapshot;
  const leader: Bench['leader'] = async (name) => {
    const { nodes } = await snapshot(name);
    const found = nodes.find(({ role }) => role === 'leader');
    const { pid = null, address } = found ?? {};
    if (pid === null || !address?.client || !address.direct) throw new Error(`${name} has no leader`);
    return { pid, clientPort: portOf(address.client), directPort: portOf(address.direct) };
  };
  try {
    return await work({ replab, env, snapshot, leader, withCluster });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}
