import { diskOf } from '../../src/protocol/node-id.ts';
import type { Body, Entry } from '../../src/protocol/entry.ts';
import { addHash, type Hash48 } from '../../src/lib/hash.ts';
import { zeroPosition, type Ballot, type Position } from '../../src/protocol/position.ts';
import type { Result, WriteOp } from '../../src/protocol/request.ts';
import { rowHash } from '../../src/protocol/rows.ts';
import type { HostStore, WriteIdentity } from '../../src/protocol/store.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';

/** One implementation under test: a store on a disk that outlives it. */
export interface Subject {
  readonly store: HostStore;
  /** The process dies as it stands; the next one opens the disk. */
  restart(): void;
}

export type MakeSubject = () => Subject;

export const disk = diskOf('n1');
export const otherDisk = diskOf('n2');

export function ballot(number: number, of = disk): Ballot {
  return { number, disk: of };
}

export const epoch1 = ballot(1);

export function at(index: number, epoch = epoch1): Position {
  return { epoch, index };
}

export function memorySubject(): Subject {
  const store = createMemoryStore(disk);
  return {
    store,
    restart() {
      store.crash();
      store.reopen();
    },
  };
}

/** One committed turn; answers with its entries. */
export function turn(store: HostStore, work: () => void): readonly Entry[] {
  store.begin();
  work();
  return store.commit();
}

/** Executes and appends, as a leader does. Answers with the result; throws when the write is refused. */
export function write(store: HostStore, op: WriteOp, identity: WriteIdentity = {}, epoch = epoch1): Result {
  const executed = store.state.execute(op);
  if (!executed.ok) throw new Error(`refused: ${executed.code}`);
  if (executed.body !== null) {
    const result = identity.client === undefined ? {} : { result: executed.result };
    store.log.append(epoch, executed.body, { ...identity, ...result });
  }
  return executed.result;
}

export function put(key: string, value: string): WriteOp {
  return { kind: 'put', key, value };
}

/** Each key put to itself. */
export function puts(...keys: readonly string[]): readonly WriteOp[] {
  return keys.map((key) => put(key, key));
}

export function get(store: HostStore, key: string): string | null {
  const result = store.state.read({ kind: 'get', key });
  if (result.kind !== 'value') throw new Error('a get answers with a value');
  return result.value;
}

/** All pairs, page by page. */
export function contents(store: HostStore, limit = 100): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let after: string | null = null; ;) {
    const page = store.state.read({ kind: 'scan', after, limit });
    if (page.kind !== 'page') throw new Error('a scan answers with a page');
    pairs.push(...page.pairs);
    if (!page.more) return pairs;
    after = page.pairs.at(-1)![0];
  }
}

/** The digest from nothing but the rows, in any order. */
export function digestOf(pairs: readonly (readonly [string, string])[]): Hash48 {
  return pairs.reduce((sum, [key, value]) => addHash(sum, rowHash('kv', { key, value })), 0);
}

/** All entries after the base. */
export function wholeLog(store: HostStore): readonly Entry[] {
  const entries: Entry[] = [];
  for (let after = store.log.base(); ; after = entries.at(-1)!.at) {
    const page = store.log.read(after, 10_000);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** Everything a store can be asked, as plain data: two stores with one history answer alike. */
export function observe(store: HostStore, clients: readonly string[] = [], seqs = 0): unknown {
  const { log, state, local } = store;
  const entries = wholeLog(store);
  const asked = clients.flatMap((client) => Array.from({ length: seqs }, (_, seq) => ({ client, seq })));
  return {
    local: local.get(),
    discarded: local.discarded(),
    base: log.base(),
    last: log.last(),
    epochs: log.epochs(),
    bytes: log.bytes(),
    entries,
    chains: [log.base(), ...entries.map((entry) => entry.at), log.last()].map((place) => log.chainAt(place)),
    newest: [log.newest('rows'), log.newest('config'), log.newest('epochStart')],
    applied: state.applied(),
    digest: state.digest(),
    size: state.size(),
    contents: contents(store),
    repeated: asked.map(({ client, seq }) => state.repeated(client, seq)),
  };
}

/** A log made by another leader, from a store of its own: what a follower is sent. */
export function leaderLog(
  bodies: readonly (WriteOp | Body)[],
  epoch = epoch1,
  before?: HostStore,
): HostStore {
  const leader = before ?? createMemoryStore(otherDisk);
  turn(leader, () => {
    for (const [i, body] of bodies.entries()) {
      if (isOp(body)) write(leader, body, { client: 'c', seq: i }, epoch);
      else leader.log.append(epoch, body);
    }
  });
  return leader;
}

function isOp(body: WriteOp | Body): body is WriteOp {
  return body.kind === 'put' || body.kind === 'del' || body.kind === 'incr' || body.kind === 'cas';
}

/** Receives and applies all that `leader` has and `follower` has not, in one turn. */
export function follow(follower: HostStore, leader: HostStore): void {
  turn(follower, () => {
    const from = follower.log.last();
    const entries = leader.log.read(from, Number.MAX_SAFE_INTEGER);
    if (follower.log.receive(from, follower.log.chainAt(from)!, entries) !== 'ok')
      throw new Error('not taken');
    for (const entry of entries) {
      const applied = follower.state.apply(entry);
      if (!applied.ok) throw new Error(applied.stopped);
    }
  });
}

/** Undoes and cuts, as a rewind does. */
export function rewind(store: HostStore, to: Position): readonly Entry[] {
  const cut = wholeLog(store).filter((entry) => entry.at.index > to.index);
  for (const entry of cut.toReversed()) {
    if (entry.at.index <= store.state.applied().index && !store.state.undo(entry))
      throw new Error('not undone');
  }
  store.local.discard(cut);
  return store.log.cutAfter(to);
}

/** Replays a whole log into an empty store: what its rows, chain and digest must be. */
export function replay(entries: readonly Entry[]): HostStore {
  const store = createMemoryStore(otherDisk);
  turn(store, () => {
    if (store.log.receive(zeroPosition, 0, entries) !== 'ok') throw new Error('not a log');
    for (const entry of entries) {
      const applied = store.state.apply(entry);
      if (!applied.ok) throw new Error(applied.stopped);
    }
  });
  return store;
}
