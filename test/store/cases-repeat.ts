import { expect, test } from 'vitest';
import { dedupeWindow } from '../../src/protocol/limits.ts';
import { zeroPosition } from '../../src/protocol/position.ts';
import {
  at,
  contents,
  digestOf,
  get,
  leaderLog,
  put,
  puts,
  rewind,
  turn,
  wholeLog,
  write,
  type MakeSubject,
} from './kit.ts';

/** What is remembered of who wrote. */
export function repeatCases(make: MakeSubject): void {
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

  test('of two writes of one seq, the later one is found', () => {
    const { store } = make();
    turn(store, () => puts('a', 'b').forEach((op) => write(store, op, { client: 'c', seq: 1 })));
    expect(store.state.repeated('c', 1)?.at).toEqual(at(2));
    turn(store, () => rewind(store, at(1)));
    expect(store.state.repeated('c', 1)?.at).toEqual(at(1));
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
}
