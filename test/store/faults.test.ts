import { describe, expect, test } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../src/sim/memory-store.ts';
import { contents, disk, epoch1, get, observe, put, turn, write } from './kit.ts';
import { sqliteSubject } from './sqlite-subject.ts';
import { hostOf } from './turn-host.ts';

const large = 'v'.repeat(20_000);

describe('SQLite: the disk is full (P1)', () => {
  test('the turn fails whole, its writes are refused, the store recovers and goes on when there is space', () => {
    const { store, sqlite } = sqliteSubject();
    const writer = hostOf(store);
    expect(writer.put(['a', '1'], ['b', '2'])).toEqual(['ok 1@n1/1', 'ok 1@n1/2']);
    const before = observe(store);
    sqlite().limitPages(1);
    expect(writer.put(['c', '3'], ['big', large])).toEqual(['refused turn-failed', 'refused turn-failed']);
    expect(observe(store)).toEqual(before);
    // It is still full after the recovery; what needs no new page goes on.
    expect(writer.put(['big', large])).toEqual(['refused turn-failed']);
    expect(writer.put(['a', '9'])).toEqual(['ok 1@n1/3']);
    sqlite().limitPages(null);
    expect(writer.put(['big', large], ['c', '3'])).toEqual(['ok 1@n1/4', 'ok 1@n1/5']);
    expect(contents(store).map(([key]) => key)).toEqual(['a', 'b', 'big', 'c']);
    expect(store.local.get().boot).toBe(1);
  });

  test('a log that cannot grow refuses what a follower receives, and keeps what it has', () => {
    const { store, sqlite } = sqliteSubject();
    const leader = createMemoryStore(disk);
    turn(leader, () => write(leader, put('big', large)));
    const before = observe(store);
    sqlite().limitPages(1);
    store.begin();
    expect(() => store.log.receive(leader.log.base(), 0, leader.log.read(leader.log.base(), 1e6))).toThrow(
      'full',
    );
    store.rollback();
    store.recover();
    expect(observe(store)).toEqual(before);
  });
});

describe('memory: injected faults', () => {
  const setUp = (): { store: MemoryStore; writer: ReturnType<typeof hostOf> } => {
    const store = createMemoryStore(disk);
    const writer = hostOf(store);
    writer.put(['a', '1']);
    return { store, writer };
  };

  test('a write that fails refuses the turn, and only that', () => {
    const { store, writer } = setUp();
    const before = observe(store);
    store.failNextWrite();
    // What the failed turn had not drawn stays with the host.
    expect(writer.put(['a', '2'], ['b', '3'])).toEqual(['refused turn-failed']);
    expect(observe(store)).toEqual(before);
    expect(writer.put(['a', '2'])).toEqual(['ok 1@n1/2']);
  });

  test.for([
    { how: 'before', a: '1', promised: 1 },
    { how: 'between', a: '1', promised: 5 },
    { how: 'unknown', a: '2', promised: 5 },
  ] as const)('a commit that fails $how', ({ how, a, promised }) => {
    const { store } = setUp();
    store.failNextCommit(how);
    // A turn that writes nothing has nothing to fail.
    turn(store, () => undefined);
    store.begin();
    store.local.promise({ ...epoch1, number: 5 });
    write(store, put('a', '2'));
    expect(() => store.commit()).toThrow(how);
    expect(() => store.begin()).toThrow('recovered from');
    store.recover();
    expect([get(store, 'a'), store.local.get().promised.number]).toEqual([a, promised]);
    turn(store, () => write(store, put('a', '3'), {}, { ...epoch1, number: 5 }));
    expect(get(store, 'a')).toBe('3');
  });

  test('after a crash nothing works until the disk is opened again, and no fault outlives it', () => {
    const { store } = setUp();
    store.failNextCommit('before');
    store.begin();
    write(store, put('a', '2'));
    store.crash();
    expect(() => store.begin()).toThrow('a turn begins after');
    expect(() => store.recover()).toThrow('while it is open');
    store.reopen();
    expect(() => store.reopen()).toThrow('one process');
    turn(store, () => write(store, put('b', '3')));
    expect([get(store, 'a'), get(store, 'b'), store.local.get().boot]).toEqual(['1', '3', 2]);
  });
});
