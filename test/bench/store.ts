/**
 * How fast the stores are on their own: `node test/bench/store.ts [SECONDS]`. One process, no network.
 * Prints turns and writes per second; figures of one run compare, figures of two machines do not.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Durability } from '../../src/cluster/spec.ts';
import type { HostStore } from '../../src/protocol/store.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { openStore } from '../../src/store/open.ts';

const seconds = Number(process.argv[2] ?? 1);
const value = 'v'.repeat(100);
const epoch = { number: 1, disk: 1 };
const keys = 100_000;

function put(store: HostStore, i: number): void {
  const executed = store.state.execute({ kind: 'put', key: `key:${(i * 7919) % keys}`, value });
  if (!executed.ok || executed.body === null) throw new Error('a put writes');
  store.log.append(epoch, executed.body);
}

function lead(store: HostStore, perTurn: number): number {
  let turns = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    store.begin();
    for (let i = 0; i < perTurn; i += 1) put(store, turns * perTurn + i);
    store.commit();
    turns += 1;
  }
  return turns;
}

/** Receives and applies what a leader in memory has, `perTurn` entries a turn. */
function follow(store: HostStore, perTurn: number): number {
  const leader = createMemoryStore(2);
  let turns = 0;
  let spent = 0;
  while (spent < seconds * 1000) {
    leader.begin();
    for (let i = 0; i < perTurn; i += 1) put(leader, turns * perTurn + i);
    const entries = leader.commit();
    const from = performance.now();
    store.begin();
    const last = store.log.last();
    store.log.receive(last, store.log.chainAt(last)!, entries);
    for (const entry of entries) store.state.apply(entry);
    store.commit();
    spent += performance.now() - from;
    turns += 1;
  }
  return turns;
}

function read(store: HostStore): number {
  let reads = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (let i = 0; i < 100; i += 1) store.state.read({ kind: 'get', key: `key:${(reads * 7919) % keys}` });
    reads += 100;
  }
  return reads;
}

function report(name: string, make: () => HostStore): void {
  const rate = (count: number) => `${Math.round(count / seconds)}`.padStart(8);
  for (const perTurn of [1, 50]) {
    const store = make();
    const turns = lead(store, perTurn);
    const reads = perTurn === 50 ? `  gets/s ${rate(read(store))}` : '';
    store.close();
    const follower = make();
    const followed = follow(follower, perTurn);
    follower.close();
    const writes = `puts/s ${rate(turns * perTurn)}  applied/s ${rate(followed * perTurn)}`;
    console.log(
      `${name.padEnd(24)} ${`${perTurn}`.padStart(3)} a turn: turns/s ${rate(turns)}  ${writes}${reads}`,
    );
  }
}

function reportSqlite(place: string, root: string, durability: Durability): void {
  const dirs: string[] = [];
  report(`SQLite ${place} ${durability}`, () => {
    const dir = mkdtempSync(join(root, 'rl-bench-'));
    dirs.push(dir);
    return openStore({ dir, disk: 1, durability });
  });
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
}

report('memory', () => createMemoryStore(1));
if (existsSync('/dev/shm')) reportSqlite('in memory', '/dev/shm', 'normal');
reportSqlite('on disk', tmpdir(), 'normal');
reportSqlite('on disk', tmpdir(), 'full');
