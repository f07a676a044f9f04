import { expect, test } from 'vitest';
import { zeroBallot, zeroPosition } from '../../src/protocol/position.ts';
import {
  ballot,
  contents,
  digestOf,
  disk,
  epoch1,
  get,
  leaderLog,
  observe,
  otherDisk,
  put,
  rewind,
  turn,
  wholeLog,
  write,
  type MakeSubject,
} from './kit.ts';

/** Turns, and the facts of a disk. */
export function turnCases(make: MakeSubject): void {
  test('I7: a promise never falls, and outlives the process', () => {
    const { store, restart } = make();
    expect(store.local.get()).toEqual({ disk, boot: 1, promised: zeroBallot });
    turn(store, () => {
      store.local.promise(ballot(2));
      store.local.promise(ballot(2));
      expect(() => store.local.promise(ballot(1, otherDisk))).toThrow('never falls');
      store.local.promise(ballot(2, otherDisk));
    });
    restart();
    expect(store.local.get()).toEqual({ disk, boot: 2, promised: ballot(2, otherDisk) });
    store.begin();
    expect(() => store.local.promise(ballot(2))).toThrow('never falls');
  });

  test('B0.3: the log’s last epoch is promised, and stays so when it is cut (I7)', () => {
    const { store, restart } = make();
    turn(store, () => write(store, put('a', '1')));
    turn(store, () => store.log.append(ballot(5), { kind: 'epochStart' }));
    expect(store.local.get().promised).toEqual(ballot(5));
    turn(store, () => rewind(store, { epoch: epoch1, index: 1 }));
    restart();
    expect([store.log.last().epoch, store.local.get().promised]).toEqual([epoch1, ballot(5)]);
  });

  test('discarded entries are kept once each, by position, and outlive the process', () => {
    const { store, restart } = make();
    const entries = wholeLog(leaderLog([put('a', '1'), put('b', '2'), put('c', '3')]));
    turn(store, () => store.local.discard([entries[2]!, entries[0]!]));
    turn(store, () => store.local.discard(entries));
    restart();
    expect(store.local.discarded()).toEqual(entries);
  });

  test('a boot is counted when the store opens, not when it recovers', () => {
    const { store, restart } = make();
    store.recover();
    restart();
    restart();
    store.recover();
    expect(store.local.get().boot).toBe(3);
  });

  test('writing belongs into a turn', () => {
    const { store } = make();
    expect(() => store.local.promise(epoch1)).toThrow('between begin and commit');
    expect(() => store.state.execute(put('a', '1'))).toThrow('between begin and commit');
    expect(() => store.log.append(epoch1, { kind: 'epochStart' })).toThrow('between begin and commit');
    expect(() => store.commit()).toThrow('once');
    store.begin();
    expect(() => store.begin()).toThrow('a turn begins after');
  });

  test('a write that is not appended is no turn: state and log would part', () => {
    const { store } = make();
    store.begin();
    store.state.execute(put('a', '1'));
    expect(() => store.commit()).toThrow('in the log');
    store.rollback();
    store.recover();
    expect(contents(store)).toEqual([]);
  });

  test('commit gives what the turn appended or received and did not cut again', () => {
    const { store } = make();
    expect(turn(store, () => undefined)).toEqual([]);
    const entries = wholeLog(leaderLog([put('a', '1'), put('b', '2')]));
    const fresh = turn(store, () => {
      store.log.receive(zeroPosition, 0, entries);
      store.log.cutAfter(entries[0]!.at);
      store.state.apply(entries[0]!);
      write(store, put('c', '3'));
    });
    expect(fresh.map(({ at, body }) => [at.index, body.kind])).toEqual([
      [1, 'rows'],
      [2, 'rows'],
    ]);
    expect(fresh).toEqual(wholeLog(store));
  });

  const everything = (store: ReturnType<MakeSubject>['store']): void => {
    store.local.promise(ballot(9));
    store.local.discard(wholeLog(store));
    rewind(store, { epoch: epoch1, index: 3 });
    store.log.trimTo({ epoch: epoch1, index: 2 });
    store.log.append(ballot(3), { kind: 'epochStart' });
    write(store, put('a', '2'), { client: 'c', seq: 9 }, ballot(3));
    write(store, { kind: 'del', keys: ['a', 'b'] }, { client: 'c', seq: 10 }, ballot(3));
    store.log.append(ballot(3), { kind: 'config', config: { sync: 'all' } });
  };
  const filled = (): ReturnType<MakeSubject> => {
    const subject = make();
    turn(subject.store, () => {
      for (let i = 0; i < 5; i += 1) write(subject.store, put('abcde'[i]!, `${i}`), { client: 'c', seq: i });
    });
    return subject;
  };

  test.for(['rollback', 'rollback and recover', 'a crash'])(
    'P1: after %s nothing of the turn is left',
    (how) => {
      const { store, restart } = filled();
      const before = observe(store, ['c'], 12);
      store.begin();
      everything(store);
      expect(observe(store, ['c'], 12)).not.toEqual(before);
      if (how === 'a crash') restart();
      else store.rollback();
      if (how === 'rollback and recover') store.recover();
      const boot = how === 'a crash' ? 2 : 1;
      expect(observe(store, ['c'], 12)).toEqual({
        ...(before as object),
        local: { disk, boot, promised: epoch1 },
      });
      turn(store, () => write(store, put('z', '1')));
      expect(get(store, 'z')).toBe('1');
    },
  );

  test.for(['recover', 'restart'] as const)('after a commit, %s finds all of it', (how) => {
    const subject = filled();
    const { store } = subject;
    turn(store, () => everything(store));
    const { local: _, ...before } = observe(store, ['c'], 12) as { local: unknown };
    if (how === 'recover') store.recover();
    else subject.restart();
    expect(observe(store, ['c'], 12)).toMatchObject(before);
    expect(store.local.get()).toEqual({ disk, boot: how === 'recover' ? 1 : 2, promised: ballot(9) });
  });

  test('a turn that ends at the index it began at, with other contents, is kept', () => {
    const { store, restart } = filled();
    turn(store, () => {
      rewind(store, { epoch: epoch1, index: 4 });
      write(store, put('other', '1'), {}, ballot(2));
    });
    const { local: _, ...before } = observe(store) as { local: unknown };
    restart();
    expect(observe(store)).toMatchObject(before);
    expect(store.state.digest().value).toBe(digestOf(contents(store)));
  });

  test('rollback with no turn open does nothing', () => {
    const { store } = filled();
    const before = observe(store);
    store.rollback();
    store.rollback();
    expect(observe(store)).toEqual(before);
  });
}
