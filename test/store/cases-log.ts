import { describe, expect, test } from 'vitest';
import { chainOf, entryBytes, type Entry } from '../../src/protocol/entry.ts';
import { dedupeWindow } from '../../src/protocol/limits.ts';
import { zeroPosition } from '../../src/protocol/position.ts';
import {
  ballot,
  contents,
  digestOf,
  epoch1,
  follow,
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

const epoch2 = ballot(2, otherDisk);
const at = (index: number, epoch = epoch1) => ({ epoch, index });
const puts = (...keys: readonly string[]) => keys.map((key) => put(key, key));

/** Logs: what they take, show, lose, and remember of who wrote. */
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

  describe('repeated writes (B0.1)', () => {
    const seqs = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    const known = (store: ReturnType<MakeSubject>['store'], count: number) =>
      seqs(count).filter((seq) => store.state.repeated('c', seq) !== null);

    test('a write is recognised by client and seq, with its place and its answer', () => {
      const { store, restart } = make();
      turn(store, () => {
        write(store, { kind: 'incr', key: 'n', by: '2' }, { client: 'c', seq: 1 });
        write(store, { kind: 'incr', key: 'n', by: '3' }, { client: 'd', seq: 1 });
        expect(store.state.repeated('c', 1)).toEqual({ at: at(1), result: { kind: 'integer', value: '2' } });
      });
      restart();
      expect(store.state.repeated('d', 1)).toEqual({ at: at(2), result: { kind: 'integer', value: '5' } });
      expect([store.state.repeated('c', 2), store.state.repeated('e', 1)]).toEqual([null, null]);
    });

    test('it is replicated state: known where applied, unknown where only received or undone', () => {
      const { store } = make();
      const leader = leaderLog([put('a', '1')]);
      const [entry] = wholeLog(leader);
      turn(store, () => store.log.receive(zeroPosition, 0, [entry!]));
      expect(store.state.repeated('c', 0)).toBeNull();
      turn(store, () => store.state.apply(entry!));
      expect(store.state.repeated('c', 0)).toEqual(leader.state.repeated('c', 0));
      turn(store, () => store.state.undo(entry!));
      expect(store.state.repeated('c', 0)).toBeNull();
    });

    test('the window is the newest seqs of a client, and undoing brings back what had left it', () => {
      const { store } = make();
      const count = dedupeWindow + 3;
      turn(store, () => seqs(count).forEach((seq) => write(store, put('a', `${seq}`), { client: 'c', seq })));
      expect(known(store, count)).toEqual(seqs(count).slice(3));
      turn(store, () => rewind(store, at(dedupeWindow + 1)));
      expect(known(store, count)).toEqual(seqs(dedupeWindow + 1).slice(1));
    });

    test('trimming prunes, and changes no answer; nor does undoing down to the base', () => {
      const { store } = make();
      const count = dedupeWindow + 10;
      turn(store, () => seqs(count).forEach((seq) => write(store, put('a', `${seq}`), { client: 'c', seq })));
      const before = known(store, count);
      turn(store, () => store.log.trimTo(at(dedupeWindow + 5)));
      expect(known(store, count)).toEqual(before);
      turn(store, () => rewind(store, at(dedupeWindow + 5)));
      expect(known(store, count)).toEqual(seqs(dedupeWindow + 5).slice(5));
      expect(store.state.digest().value).toBe(digestOf(contents(store)));
    });

    test('a seq written anew after it left the window is found again when that is undone', () => {
      const { store } = make();
      turn(store, () => {
        write(store, put('a', 'first'), { client: 'c', seq: 1 });
        write(store, put('a', 'far'), { client: 'c', seq: 1 + dedupeWindow });
        write(store, put('a', 'again'), { client: 'c', seq: 1 });
      });
      expect(store.state.repeated('c', 1)).toBeNull();
      turn(store, () => rewind(store, at(1)));
      expect([store.state.repeated('c', 1)?.at, get(store, 'a')]).toEqual([at(1), 'first']);
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

/** `entry` as if it followed `previous`. */
function chained(previous: Entry, entry: Entry): Entry {
  return { ...entry, chain: chainOf(previous.chain, entry) };
}
