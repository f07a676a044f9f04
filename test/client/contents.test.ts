import { describe, expect, test } from 'vitest';
import { readContents } from '../../src/client/contents.ts';
import type { NodeReader } from '../../src/client/node-reader.ts';
import { createRng } from '../../src/lib/rng.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import type { Result, WriteOp } from '../../src/protocol/request.ts';
import { createMemoryStore, type MemoryStore } from '../../src/sim/memory-store.ts';

const epoch = { number: 1, disk: diskOf('n1') };

function write(store: MemoryStore, op: WriteOp): void {
  store.begin();
  const executed = store.state.execute(op);
  if (executed.ok && executed.body !== null) store.log.append(epoch, executed.body);
  store.commit();
}

function allOf(store: MemoryStore): [string, string][] {
  const page = store.state.read({ kind: 'scan', after: null, limit: 1_000_000 });
  return page.kind === 'page' ? page.pairs.map(([key, value]) => [key, value]) : [];
}

type Source = Pick<NodeReader, 'node' | 'page' | 'log'>;

/** A node whose pages hold few keys, and to which `between` happens before each page. */
function source(store: MemoryStore, between: () => void): Source {
  return {
    node: 'n1',
    page(after) {
      between();
      const page = store.state.read({ kind: 'scan', after, limit: 3 }) as Extract<Result, { kind: 'page' }>;
      return Promise.resolve({ at: store.state.applied(), pairs: page.pairs, more: page.more });
    },
    log: (index) => {
      const all = store.log.read({ epoch: index === 0 ? { number: 0, disk: 0 } : epoch, index }, 1);
      return Promise.resolve(all);
    },
  };
}

function storeWith(keys: number): MemoryStore {
  const store = createMemoryStore(diskOf('n1'));
  for (let i = 0; i < keys; i += 1) write(store, { kind: 'put', key: `k${i}`, value: 'first' });
  return store;
}

describe('readContents', () => {
  test('an empty node', async () => {
    const store = createMemoryStore(diskOf('n1'));
    const contents = await readContents(source(store, () => {}));
    expect([...contents.pairs]).toEqual([]);
    expect(contents.at.index).toBe(0);
  });

  test.for(Array.from({ length: 20 }, (_, seed) => seed))(
    'is of one position while writes go on (seed %i)',
    async (seed) => {
      const rng = createRng(seed);
      const store = storeWith(20);
      const contents = await readContents(
        source(store, () => {
          for (let i = rng.below(4); i > 0; i -= 1) {
            const key = `k${rng.below(25)}`;
            if (rng.chance(0.4)) write(store, { kind: 'del', keys: [key, `k${rng.below(25)}`] });
            else write(store, { kind: 'put', key, value: String(rng.below(1000)) });
          }
        }),
      );
      expect(contents.at).toEqual(store.state.applied());
      expect(contents.pairs).toEqual(new Map(allOf(store)));
    },
  );

  test('keys outside the basic plane fall into the page their bytes belong to', async () => {
    const store = createMemoryStore(diskOf('n1'));
    for (const key of ['a', 'b', '\uFF5E', '\u{1F600}', '\u{1F601}', 'z', '\uE000'])
      write(store, { kind: 'put', key, value: '1' });
    let pages = 0;
    const contents = await readContents(
      source(store, () => {
        pages += 1;
        if (pages === 3) write(store, { kind: 'put', key: '\uFF5E', value: '2' });
      }),
    );
    expect(pages).toBe(3);
    expect(contents.pairs.get('\uFF5E')).toBe('2');
  });

  test('a log that goes back is read anew, and given up when it keeps going back', async () => {
    const store = storeWith(8);
    let tries = 0;
    const real = source(store, () => {});
    const rewinding: Source = {
      ...real,
      async page(after, limit) {
        const page = await real.page(after, limit);
        if (after === null) tries += 1;
        return after === null && tries <= 2 ? { ...page, at: { epoch, index: 99 } } : page;
      },
    };
    expect((await readContents(rewinding)).pairs.size).toBe(8);
    expect(tries).toBe(3);
    const forever: Source = {
      ...real,
      page: async (after, limit) => ({
        ...(await real.page(after, limit)),
        at: { epoch, index: after === null ? 99 : 8 },
      }),
    };
    await expect(readContents(forever)).rejects.toMatchObject({ code: 'rewinding' });
  });
});
