import { describe, expect, test } from 'vitest';
import { chainOf, entryBytes, type Entry } from '../../src/protocol/entry.ts';
import { zeroPosition } from '../../src/protocol/position.ts';
import {
  at,
  ballot,
  puts,
  epoch1,
  leaderLog,
  otherDisk,
  put,
  rewind,
  turn,
  wholeLog,
  write,
  type MakeSubject,
} from './kit.ts';

const epoch2 = ballot(2, otherDisk);

/** What logs take, show, and know of their history. */
export function logCases(make: MakeSubject): void {
  describe('appending and reading', () => {
    test('an empty log', () => {
      const { log, state } = make().store;
      expect([log.base(), log.last(), log.chainAt(zeroPosition)]).toEqual([zeroPosition, zeroPosition, 0]);
      expect([log.bytes(), log.epochs(), log.newest('rows'), log.read(zeroPosition, 1e6)]).toEqual([
        0,
        [],
        null,
        [],
      ]);
      expect([state.applied(), state.size(), state.digest()]).toEqual([
        zeroPosition,
        0,
        { kind: 'rows', at: zeroPosition, value: 0 },
      ]);
    });

    test('I2, I3: entries are gapless, chained, measured, and read back as they were appended', () => {
      const { store } = make();
      const entries = turn(store, () => {
        store.log.append(epoch1, { kind: 'epochStart' });
        store.log.append(epoch1, {
          kind: 'config',
          config: { b: 1, a: { sync: 'all' }, list: [null, 'é\ud800'] },
        });
        write(store, put('a', '1'), { client: 'c#1', seq: 7 });
        write(store, put('b', '"'));
      });
      const read = wholeLog(store);
      expect(read).toEqual(entries);
      expect(JSON.stringify(read)).toBe(JSON.stringify(entries));
      let chain = 0;
      for (const [i, entry] of read.entries()) {
        expect(entry.at).toEqual(at(i + 1));
        chain = chainOf(chain, entry);
        expect([entry.chain, store.log.chainAt(entry.at)]).toEqual([chain, chain]);
      }
      expect(store.log.bytes()).toBe(read.reduce((sum, entry) => sum + entryBytes(entry), 0));
      expect(read[2]).toMatchObject({ client: 'c#1', seq: 7, result: { kind: 'written' } });
      expect(Object.keys(read[3]!)).toEqual(['at', 'chain', 'body']);
    });

    test('append counts as applied; I2: an epoch below the last one is never appended', () => {
      const { store } = make();
      turn(store, () => store.log.append(epoch2, { kind: 'epochStart' }));
      expect(store.state.applied()).toEqual(at(1, epoch2));
      store.begin();
      expect(() => store.log.append(epoch1, { kind: 'epochStart' })).toThrow('never fall');
    });

    test('read: committed entries only, never this turn’s, whatever the turn cut or wrote again', () => {
      const { store } = make();
      turn(store, () => puts('a', 'b', 'c').forEach((op) => write(store, op)));
      store.begin();
      write(store, put('d', '1'));
      expect(store.log.last()).toEqual(at(4));
      expect(store.log.read(at(1), 1e6).map((entry) => entry.at.index)).toEqual([2, 3]);
      expect([store.log.read(at(3), 1e6), store.log.read(at(4), 1e6)]).toEqual([[], []]);
      for (const entry of [store.log.newest('rows')!, ...store.log.read(at(1), 1e6).toReversed()])
        store.state.undo(entry);
      store.log.cutAfter(at(1));
      store.log.append(epoch2, { kind: 'epochStart' });
      store.log.append(epoch2, { kind: 'epochStart' });
      expect(store.log.read(zeroPosition, 1e6).map((entry) => entry.at)).toEqual([at(1)]);
      expect(store.commit().map((entry) => entry.at)).toEqual([at(2, epoch2), at(3, epoch2)]);
      expect(wholeLog(store).map((entry) => entry.at)).toEqual([at(1), at(2, epoch2), at(3, epoch2)]);
    });

    test('read gives one entry at least, then as many as fit', () => {
      const { store } = make();
      turn(store, () => puts('a', 'b', 'c', 'd').forEach((op) => write(store, op)));
      const sizes = wholeLog(store).map(entryBytes);
      const reads = (bytes: number) => store.log.read(at(1), bytes).length;
      expect([reads(0), reads(sizes[1]!), reads(sizes[1]! + sizes[2]! - 1)]).toEqual([1, 1, 1]);
      expect([reads(sizes[1]! + sizes[2]!), reads(1e6)]).toEqual([2, 3]);
    });

    test('read from a place the log does not have is a fault of the caller', () => {
      const { store } = make();
      turn(store, () => write(store, put('a', '1')));
      expect(() => store.log.read(at(1, epoch2), 1e6)).toThrow('a place it has');
      expect(() => store.log.read(at(9), 1e6)).toThrow('a place it has');
    });

    test('newest of a kind, this turn’s included, through cuts', () => {
      const { store } = make();
      const newest = () =>
        (['rows', 'config', 'epochStart'] as const).map((kind) => store.log.newest(kind)?.at.index);
      turn(store, () => {
        store.log.append(epoch1, { kind: 'epochStart' });
        store.log.append(epoch1, { kind: 'config', config: 1 });
        write(store, put('a', '1'));
      });
      store.begin();
      store.log.append(epoch1, { kind: 'config', config: 2 });
      expect(newest()).toEqual([3, 4, 1]);
      store.commit();
      expect(newest()).toEqual([3, 4, 1]);
      turn(store, () => rewind(store, at(2)));
      expect(newest()).toEqual([undefined, 2, 1]);
    });
  });

  describe('receiving (F1)', () => {
    const leader = leaderLog(puts('a', 'b', 'c', 'd'));
    const all = wholeLog(leader);
    const chain = (index: number) => (index === 0 ? 0 : all[index - 1]!.chain);
    const receive = (from: number, to: number) => {
      const { store } = make();
      turn(store, () => store.log.receive(zeroPosition, 0, all.slice(0, 2)));
      const previous = from === 0 ? zeroPosition : at(from);
      let answer: string = '';
      const fresh = turn(
        store,
        () => (answer = store.log.receive(previous, chain(from), all.slice(from, to))),
      );
      return [answer, fresh.map((entry) => entry.at.index), store.log.last().index];
    };

    test('entries that follow are taken; those it has are skipped; none is no harm', () => {
      expect(receive(2, 4)).toEqual(['ok', [3, 4], 4]);
      expect(receive(0, 3)).toEqual(['ok', [3], 3]);
      expect(receive(1, 2)).toEqual(['ok', [], 2]);
      expect(receive(1, 1)).toEqual(['ok', [], 2]);
      expect(receive(0, 0)).toEqual(['ok', [], 2]);
    });

    test('gap: what they follow is beyond the last entry', () => {
      expect(receive(3, 4)).toEqual(['gap', [], 2]);
    });

    test('fork: something else is here at the previous entry, or after it', () => {
      const { store } = make();
      const other = leaderLog(puts('a', 'x'));
      turn(store, () => {
        expect(store.log.receive(zeroPosition, 0, wholeLog(other))).toBe('ok');
        expect(store.log.receive(at(2), chain(2), all.slice(2))).toBe('fork');
        expect(store.log.receive(at(1), chain(1), all.slice(1))).toBe('fork');
        expect(store.log.receive(at(2, epoch2), chain(2), [])).toBe('fork');
        expect(store.log.receive(at(1), chain(1) + 1, [])).toBe('fork');
      });
      expect(wholeLog(store)).toEqual(wholeLog(other));
    });

    test('I2, I3: what is no log is a fault of the sender, and not taken', () => {
      const { store } = make();
      const forged = { ...all[1]!, chain: all[1]!.chain + 1 };
      const later = leaderLog([put('e', '1')], epoch2, leaderLog([]));
      for (const [entries, why] of [
        [[all[0]!, forged], 'chained'],
        [[all[0]!, all[2]!], 'gapless'],
        [[wholeLog(later)[0]!, chained(wholeLog(later)[0]!, all[1]!)], 'never fall'],
      ] as const) {
        store.begin();
        expect(() => store.log.receive(zeroPosition, 0, entries)).toThrow(why);
        store.rollback();
        store.recover();
      }
      expect(store.log.last()).toEqual(zeroPosition);
    });
  });

  describe('histories (P4)', () => {
    const forked = () => {
      const { store } = make();
      turn(store, () => puts('a', 'b', 'c').forEach((op) => write(store, op)));
      turn(store, () => {
        store.log.append(epoch2, { kind: 'epochStart' });
        write(store, put('d', 'd'), {}, epoch2);
      });
      return store;
    };

    test('epochs, contains and chainAt', () => {
      const { log } = forked();
      expect(log.epochs()).toEqual([
        { epoch: epoch1, firstIndex: 1 },
        { epoch: epoch2, firstIndex: 4 },
      ]);
      const places = [zeroPosition, at(3), at(4), at(4, epoch2), at(6, epoch2), at(6), at(7, ballot(3))];
      expect(places.map((place) => log.contains(place))).toEqual([
        'yes',
        'yes',
        'forked',
        'yes',
        'not-yet',
        'forked',
        'not-yet',
      ]);
      expect(places.map((place) => log.chainAt(place) !== null)).toEqual([
        true,
        true,
        false,
        true,
        false,
        false,
        false,
      ]);
    });

    test('fork: the highest place two logs share', () => {
      const { log } = forked();
      expect(log.fork([{ epoch: epoch1, firstIndex: 1 }], at(9))).toEqual(at(3));
      expect(log.fork([{ epoch: epoch1, firstIndex: 1 }], at(2))).toEqual(at(2));
      expect(log.fork(log.epochs(), at(7, epoch2))).toEqual(at(5, epoch2));
      expect(log.fork([], zeroPosition)).toEqual(zeroPosition);
    });
  });
}

/** `entry` as if it followed `previous`. */
function chained(previous: Entry, entry: Entry): Entry {
  return { ...entry, chain: chainOf(previous.chain, entry) };
}
