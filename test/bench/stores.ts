import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostStore } from '../../src/protocol/store.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { openStore } from '../../src/store/open.ts';
import type { Bench } from './cluster.ts';
import { repeat, type Figure } from './measure.ts';

const runMs = 500;
const keys = 100_000;
const value = 'v'.repeat(100);
const epoch = { number: 1, disk: 1 };

/** Stores on their own, in this process: puts by a leader, one and fifty a turn, and applied by a follower. */
export async function stores(_bench: Bench, runs: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { name, open } of kinds()) {
    for (const perTurn of [1, 50]) {
      const rates = await repeat(runs, async () => ({
        put: measure(open, perTurn, lead),
        apply: measure(open, perTurn, follow),
      }));
      const unit = 'ops/s';
      figures.push(
        { name: `${name}: puts, ${perTurn} a turn`, unit, values: rates.map(({ put }) => put) },
        { name: `${name}: applied, ${perTurn} a turn`, unit, values: rates.map(({ apply }) => apply) },
      );
    }
  }
  return figures;
}

interface Kind {
  readonly name: string;
  open(): { readonly store: HostStore; remove(): void };
}

function kinds(): readonly Kind[] {
  const sqlite = (root: string, durability: 'normal' | 'full'): Kind['open'] => {
    return () => {
      const dir = mkdtempSync(join(root, 'rl-bench-'));
      return {
        store: openStore({ dir, cluster: 'c1', disk: 1, durability }),
        remove: () => rmSync(dir, { recursive: true }),
      };
    };
  };
  return [
    { name: 'store in memory', open: () => ({ store: createMemoryStore(1), remove: () => undefined }) },
    ...(existsSync('/dev/shm') ? [{ name: 'SQLite on tmpfs', open: sqlite('/dev/shm', 'normal') }] : []),
    { name: 'SQLite on disk, normal', open: sqlite(tmpdir(), 'normal') },
    { name: 'SQLite on disk, full', open: sqlite(tmpdir(), 'full') },
  ];
}

/** Runs turns until their own time is up; answers with writes per second. */
function measure(
  open: Kind['open'],
  perTurn: number,
  turnOf: (store: HostStore) => (from: number, count: number) => number,
): number {
  const { store, remove } = open();
  const turn = turnOf(store);
  let spent = 0;
  let written = 0;
  while (spent < runMs) {
    spent += turn(written, perTurn);
    written += perTurn;
  }
  store.close();
  remove();
  return written / (spent / 1000);
}

/** A turn that puts `count` keys; answers with its milliseconds. */
function lead(store: HostStore): (from: number, count: number) => number {
  return (from, count) => {
    const start = performance.now();
    store.begin();
    for (let i = from; i < from + count; i += 1) {
      const executed = store.state.execute({ kind: 'put', key: `key:${(i * 7919) % keys}`, value });
      if (!executed.ok || executed.body === null) throw new Error('a put writes');
      store.log.append(epoch, executed.body);
    }
    store.commit();
    return performance.now() - start;
  };
}

/** A turn that receives and applies what a leader in memory has just put; the leader's time does not count. */
function follow(store: HostStore): (from: number, count: number) => number {
  const leader = createMemoryStore(2);
  const write = lead(leader);
  return (from, count) => {
    const last = leader.log.last();
    write(from, count);
    const entries = leader.log.read(last, Number.MAX_SAFE_INTEGER);
    const start = performance.now();
    store.begin();
    store.log.receive(last, store.log.chainAt(last)!, entries);
    for (const entry of entries) store.state.apply(entry);
    store.commit();
    return performance.now() - start;
  };
}
