import { expect, test } from 'vitest';
import { seal, type RowChange } from '../../src/protocol/entry.ts';
import { contents, epoch1, follow, get, leaderLog, put, turn, write, type MakeSubject } from './kit.ts';

/** Applying what another wrote. */
export function applyCases(make: MakeSubject): void {
  test('apply: a follower ends with the leader’s rows, digest, chain and size', () => {
    const { store } = make();
    const leader = leaderLog([
      put('a', '1'),
      put('b', '2'),
      { kind: 'del', keys: ['a', 'b'] },
      put('c', '3'),
    ]);
    follow(store, leader);
    expect(store.state.digest()).toEqual(leader.state.digest());
    expect(store.log.chainAt(store.log.last())).toBe(leader.log.chainAt(leader.log.last()));
    expect([contents(store), store.state.size(), store.log.bytes()]).toEqual([
      [['c', '3']],
      1,
      leader.log.bytes(),
    ]);
  });

  test('received is not applied: apply takes the next entry, and no other', () => {
    const { store } = make();
    const leader = leaderLog([put('a', '1'), put('b', '2')]);
    const [first, second] = leader.log.read(leader.log.base(), 1e6);
    turn(store, () => {
      expect(store.log.receive(leader.log.base(), 0, [first!, second!])).toBe('ok');
      expect(() => store.state.apply(second!)).toThrow('the next entry');
      expect(store.state.apply(first!)).toEqual({ ok: true });
      expect(() => store.state.apply(first!)).toThrow('the next entry');
    });
    expect([store.log.last().index, store.state.applied().index, get(store, 'b')]).toEqual([2, 1, null]);
  });

  const row = (key: string, value: string) => ({ key, value });
  test.for([
    { what: 'an insert of a key that is here', change: { table: 'kv', old: null, new: row('a', '2') } },
    { what: 'an update of another value', change: { table: 'kv', old: row('a', 'x'), new: row('a', '2') } },
    { what: 'an update that moves a key', change: { table: 'kv', old: row('a', '1'), new: row('b', '1') } },
    { what: 'a delete of a key that is not here', change: { table: 'kv', old: row('b', '1'), new: null } },
    { what: 'a row of no table of ours', change: { table: 't', old: null, new: row('b', '1') } },
  ])('P12: apply of $what stops, and leaves nothing of its entry', ({ change }) => {
    const { store } = make();
    turn(store, () => write(store, put('a', '1')));
    const before = { pairs: contents(store), digest: store.state.digest(), size: store.state.size() };
    const z: RowChange = { table: 'kv', old: null, new: row('z', '1') };
    for (const changes of [[change], [z, change], [change, z]]) {
      store.begin();
      const last = store.log.last();
      const chain = store.log.chainAt(last)!;
      const { entry } = seal(chain, { at: { epoch: epoch1, index: 2 }, body: { kind: 'rows', changes } });
      expect(store.log.receive(last, chain, [entry])).toBe('ok');
      const applied = store.state.apply(entry);
      expect(applied.ok ? 'applied' : applied.stopped).toMatch(/^(kv|t) "[ab]" is /);
      expect({ pairs: contents(store), digest: store.state.digest(), size: store.state.size() }).toEqual(
        before,
      );
      store.rollback();
      store.recover();
    }
  });

  test('a change that a stopped entry made is not in the next entry (P2)', () => {
    const { store } = make();
    turn(store, () => write(store, put('a', '1')));
    store.begin();
    const changes = [
      { table: 'kv', old: null, new: row('z', '1') },
      { table: 'kv', old: null, new: row('a', '1') },
    ];
    const { entry } = seal(store.log.chainAt(store.log.last())!, {
      at: { epoch: epoch1, index: 2 },
      body: { kind: 'rows', changes },
    });
    store.log.receive(store.log.last(), store.log.chainAt(store.log.last())!, [entry]);
    expect(store.state.apply(entry).ok).toBe(false);
    store.log.cutAfter({ epoch: epoch1, index: 1 });
    write(store, put('b', '2'));
    expect(store.commit().map(({ body }) => body)).toEqual([
      { kind: 'rows', changes: [{ table: 'kv', old: null, new: row('b', '2') }] },
    ]);
  });
}
