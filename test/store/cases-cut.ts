import { describe, expect, test } from 'vitest';
import { chainOf, entryBytes } from '../../src/protocol/entry.ts';
import { zeroPosition } from '../../src/protocol/position.ts';
import {
  at,
  ballot,
  contents,
  digestOf,
  epoch1,
  follow,
  leaderLog,
  observe,
  otherDisk,
  put,
  puts,
  rewind,
  turn,
  wholeLog,
  write,
  type MakeSubject,
} from './kit.ts';

const epoch2 = ballot(2, otherDisk);

/** What a log loses at its two ends, and that state and history follow. */
export function cutCases(make: MakeSubject): void {
  describe('undoing and cutting (F3)', () => {
    test('undo and cut bring back what there was, to the last digit', () => {
      const { store } = make();
      turn(store, () => {
        write(store, put('a', '1'), { client: 'c', seq: 1 });
        write(store, put('b', '2'), { client: 'c', seq: 2 });
      });
      const before = observe(store, ['c', 'd'], 10);
      turn(store, () => {
        store.log.append(epoch2, { kind: 'epochStart' });
        write(store, put('a', '9'), { client: 'c', seq: 3 }, epoch2);
        write(store, { kind: 'del', keys: ['a', 'b'] }, { client: 'd', seq: 1 }, epoch2);
        write(store, { kind: 'incr', key: 'n', by: '5' }, { client: 'd', seq: 2 }, epoch2);
        store.log.append(epoch2, { kind: 'config', config: {} });
      });
      const tail = wholeLog(store).slice(2);
      turn(store, () => expect(rewind(store, at(2))).toEqual(tail.toReversed()));
      expect(store.local.discarded()).toEqual(tail);
      expect(observe(store, ['c', 'd'], 10)).toEqual({
        ...(before as object),
        discarded: tail,
        local: { ...store.local.get(), promised: epoch2 },
      });
    });

    test('undo takes the entry applied last, and no other; cut takes what was undone', () => {
      const { store } = make();
      turn(store, () => puts('a', 'b').forEach((op) => write(store, op)));
      store.begin();
      expect(() => store.state.undo(wholeLog(store)[0]!)).toThrow('applied last');
      expect(() => store.log.cutAfter(at(1))).toThrow('undone before');
      expect(() => store.log.cutAfter(at(1, epoch2))).toThrow('a place it has');
    });

    test('entries received and not applied are cut without an undo', () => {
      const { store } = make();
      const entries = wholeLog(leaderLog(puts('a', 'b')));
      turn(store, () => {
        store.log.receive(zeroPosition, 0, entries);
        store.state.apply(entries[0]!);
      });
      turn(store, () => expect(store.log.cutAfter(at(1))).toEqual([entries[1]]));
      expect([contents(store), store.state.repeated('c', 1)]).toEqual([[['a', 'a']], null]);
    });

    test('an entry whose rows are not here as it left them is not undone, in no part', () => {
      const { store } = make();
      turn(store, () => puts('a', 'b').forEach((op) => write(store, op)));
      const [entry] = turn(store, () => write(store, { kind: 'del', keys: ['a', 'b'] }));
      store.begin();
      // What no caller does: the state moves on without its log. The turn could not be committed.
      store.state.execute(put('a', 'back'));
      expect(store.state.undo(entry!)).toBe(false);
      expect([contents(store), store.state.applied()]).toEqual([[['a', 'back']], at(3)]);
      expect(store.state.digest().value).toBe(digestOf([['a', 'back']]));
    });

    test('an epoch that is cut leaves the history, and can come back', () => {
      const { store } = make();
      turn(store, () => write(store, put('a', '1')));
      turn(store, () => store.log.append(epoch2, { kind: 'epochStart' }));
      turn(store, () => rewind(store, at(1)));
      expect(store.log.epochs()).toEqual([{ epoch: epoch1, firstIndex: 1 }]);
      turn(store, () => store.log.append(epoch2, { kind: 'epochStart' }));
      expect(store.log.epochs().at(-1)).toEqual({ epoch: epoch2, firstIndex: 2 });
    });
  });

  describe('trimming', () => {
    const trimmed = () => {
      const subject = make();
      const { store } = subject;
      turn(store, () => puts('a', 'b', 'c').forEach((op) => write(store, op)));
      const entries = wholeLog(store);
      const bytes = store.log.bytes();
      turn(store, () => {
        store.log.append(epoch2, { kind: 'epochStart' });
        store.log.trimTo(at(2));
      });
      return { ...subject, store, entries, bytes };
    };

    test('the base keeps its chain, the log its bytes, epochs and state', () => {
      const { store, entries, restart } = trimmed();
      for (let round = 0; round < 2; round += 1) {
        const { log } = store;
        expect([log.base(), log.chainAt(at(2)), log.chainAt(at(1))]).toEqual([
          at(2),
          entries[1]!.chain,
          null,
        ]);
        expect([log.contains(at(1)), log.contains(at(2)), log.contains(zeroPosition)]).toEqual([
          'trimmed',
          'yes',
          'yes',
        ]);
        expect(log.bytes()).toBe(
          [...entries, log.newest('epochStart')!].reduce((sum, entry) => sum + entryBytes(entry), 0),
        );
        expect(log.epochs()).toHaveLength(2);
        expect(log.read(at(2), 1e6).map((entry) => entry.at.index)).toEqual([3, 4]);
        expect(contents(store)).toHaveLength(3);
        restart();
      }
    });

    test('fork below the base: a snapshot is needed; at the base it is not', () => {
      const { store } = trimmed();
      const history = [{ epoch: epoch1, firstIndex: 1 }];
      expect([
        store.log.fork(history, at(1)),
        store.log.fork(history, at(2)),
        store.log.fork([], zeroPosition),
      ]).toEqual(['below-base', at(2), 'below-base']);
    });

    test('entries below the base are known without being compared; the base itself is', () => {
      const { store, entries } = trimmed();
      turn(store, () => {
        expect(store.log.receive(zeroPosition, 0, entries)).toBe('ok');
        expect(store.log.receive(at(2), entries[1]!.chain + 1, [])).toBe('fork');
      });
      expect(store.log.last().index).toBe(4);
    });

    test('trimmed all the way, it grows from its base', () => {
      const { store, restart } = make();
      turn(store, () => puts('a', 'b').forEach((op) => write(store, op)));
      const last = wholeLog(store)[1]!;
      turn(store, () => store.log.trimTo(at(2)));
      restart();
      expect([store.log.last(), store.log.chainAt(at(2)), store.state.applied()]).toEqual([
        at(2),
        last.chain,
        at(2),
      ]);
      const [next] = turn(store, () => write(store, put('c', '3')));
      expect(next!.chain).toBe(chainOf(last.chain, next!));
    });

    test('what is not committed, or not applied, is not trimmed', () => {
      const { store } = make();
      const entries = wholeLog(leaderLog(puts('a', 'b')));
      turn(store, () => store.log.receive(zeroPosition, 0, entries));
      store.begin();
      expect(() => store.log.trimTo(at(1))).toThrow('committed and applied');
      entries.forEach((entry) => store.state.apply(entry));
      write(store, put('c', '3'));
      expect(() => store.log.trimTo(at(3))).toThrow('committed and applied');
      store.log.trimTo(at(2));
    });
  });

  test('a follower that goes through fork, rewind and catch-up ends as its leader', () => {
    const { store, restart } = make();
    const old = leaderLog(puts('a', 'b', 'c'));
    follow(store, old);
    const next = leaderLog(puts('a', 'b'));
    const cut = leaderLog([put('c', 'other'), { kind: 'del', keys: ['a'] }], epoch2, next);
    const fork = store.log.fork(cut.log.epochs(), cut.log.last());
    expect(fork).toEqual(at(2));
    turn(store, () => rewind(store, at(2)));
    restart();
    follow(store, cut);
    const { entries, digest, chains } = observe(store) as Record<string, unknown>;
    expect({ entries, digest, chains }).toEqual(
      (({ entries: e, digest: d, chains: c }) => ({ entries: e, digest: d, chains: c }))(
        observe(cut) as Record<string, unknown>,
      ),
    );
  });
}
