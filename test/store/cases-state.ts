import { expect, test } from 'vitest';
import { maxKeyBytes, maxPageChars, maxValueBytes } from '../../src/protocol/limits.ts';
import type { ReadOp, Result, WriteOp } from '../../src/protocol/request.ts';
import { contents, digestOf, get, put, turn, write, type MakeSubject } from './kit.ts';

/** Tens of megabytes are hashed and written, on a machine that may be busy. */
const bigMs = 30_000;

/** A value at its bound, or five bytes below it, in the fewest characters. */
const biggest = '\u0001'.repeat(Math.floor((maxValueBytes - 1) / 6));

/** What reads and writes mean, and that what they changed is captured. */
export function stateCases(make: MakeSubject): void {
  const writing = (setUp: readonly WriteOp[], op: WriteOp): { result: Result; pairs: unknown } => {
    const { store } = make();
    let result: Result | null = null;
    turn(store, () => {
      for (const before of setUp) write(store, before);
      result = write(store, op);
    });
    return { result: result!, pairs: contents(store) };
  };
  const refused = (setUp: readonly WriteOp[], op: WriteOp): string => {
    const { store } = make();
    turn(store, () => setUp.forEach((before) => write(store, before)));
    const before = { digest: store.state.digest(), size: store.state.size() };
    let code = 'done';
    const entries = turn(store, () => {
      const executed = store.state.execute(op);
      if (!executed.ok) code = executed.code;
    });
    expect(entries).toEqual([]);
    expect({ digest: store.state.digest(), size: store.state.size() }).toEqual(before);
    return code;
  };
  const reading = (pairs: Readonly<Record<string, string>>, op: ReadOp): Result => {
    const { store } = make();
    turn(store, () => Object.entries(pairs).forEach(([key, value]) => write(store, put(key, value))));
    return store.state.read(op);
  };

  test('put, overwritten, is read back', () => {
    expect(writing([put('a', '1')], put('a', '2'))).toEqual({
      result: { kind: 'written' },
      pairs: [['a', '2']],
    });
  });

  test('del counts the keys that were there, each once', () => {
    const op: WriteOp = { kind: 'del', keys: ['a', 'x', 'a', 'b'] };
    expect(writing([put('a', '1'), put('b', '2'), put('c', '3')], op)).toEqual({
      result: { kind: 'count', count: 2 },
      pairs: [['c', '3']],
    });
  });

  test.for([
    { from: null, by: '1', to: '1' },
    { from: '0', by: '-5', to: '-5' },
    { from: '41', by: '1', to: '42' },
    { from: '9223372036854775806', by: '1', to: '9223372036854775807' },
    { from: '-9223372036854775807', by: '-1', to: '-9223372036854775808' },
    { from: '9223372036854775807', by: '-9223372036854775808', to: '-1' },
  ])('incr of $from by $by gives $to', ({ from, by, to }) => {
    const setUp = from === null ? [] : [put('n', from)];
    expect(writing(setUp, { kind: 'incr', key: 'n', by })).toEqual({
      result: { kind: 'integer', value: to },
      pairs: [['n', to]],
    });
  });

  test.for(['', 'x', '1.0', '01', '-0', '+1', ' 1', '1\n', '9223372036854775808', '-9223372036854775809'])(
    'incr of %j is not-an-integer and leaves no trace',
    (value) => {
      expect(refused([put('n', value)], { kind: 'incr', key: 'n', by: '1' })).toBe('not-an-integer');
      expect(refused([], { kind: 'incr', key: 'n', by: value })).toBe('not-an-integer');
    },
  );

  test.for([
    { from: '9223372036854775807', by: '1' },
    { from: '-9223372036854775808', by: '-1' },
    { from: '-2', by: '-9223372036854775807' },
  ])('incr of $from by $by overflows and leaves no trace', ({ from, by }) => {
    expect(refused([put('n', from)], { kind: 'incr', key: 'n', by })).toBe('overflow');
  });

  test.for([
    { has: '1', expected: '1', value: '2', swapped: true, after: '2' },
    { has: '1', expected: '0', value: '2', swapped: false, after: '1' },
    { has: '1', expected: null, value: '2', swapped: false, after: '1' },
    { has: null, expected: null, value: '2', swapped: true, after: '2' },
    { has: null, expected: '1', value: '2', swapped: false, after: null },
    { has: '1', expected: '1', value: null, swapped: true, after: null },
    { has: null, expected: null, value: null, swapped: true, after: null },
  ])(
    'cas from $expected to $value where $has is: swapped $swapped',
    ({ has, expected, value, swapped, after }) => {
      const setUp = has === null ? [] : [put('k', has)];
      expect(writing(setUp, { kind: 'cas', key: 'k', expected, value })).toEqual({
        result: { kind: 'cas', swapped, value: after },
        pairs: after === null ? [] : [['k', after]],
      });
    },
  );

  test('a write that changes nothing has no body; a put of the same value has one', () => {
    const { store } = make();
    turn(store, () => {
      write(store, put('a', '1'));
      const bodies = [
        store.state.execute({ kind: 'del', keys: ['x'] }),
        store.state.execute({ kind: 'cas', key: 'a', expected: '0', value: '2' }),
        store.state.execute({ kind: 'cas', key: 'x', expected: null, value: null }),
      ].map((executed) => executed.ok && executed.body);
      expect(bodies).toEqual([null, null, null]);
      write(store, put('a', '1'));
    });
    expect(store.log.last().index).toBe(2);
  });

  test('P2: an entry holds each row before and after, in the order it was changed', () => {
    const { store } = make();
    const entries = turn(store, () => {
      write(store, put('b', '1'));
      write(store, put('b', '2'));
      write(store, put('a', '3'));
      write(store, { kind: 'del', keys: ['b', 'a'] });
    });
    const row = (key: string, value: string) => ({ key, value });
    expect(entries.map(({ body }) => (body.kind === 'rows' ? body.changes : null))).toEqual([
      [{ table: 'kv', old: null, new: row('b', '1') }],
      [{ table: 'kv', old: row('b', '1'), new: row('b', '2') }],
      [{ table: 'kv', old: null, new: row('a', '3') }],
      [
        { table: 'kv', old: row('b', '2'), new: null },
        { table: 'kv', old: row('a', '3'), new: null },
      ],
    ]);
  });

  test.for([
    { what: 'key', key: 'k'.repeat(maxKeyBytes + 1), value: '' },
    { what: 'key of two-byte letters', key: 'é'.repeat(maxKeyBytes / 2 + 1), value: '' },
    { what: 'value', key: 'k', value: 'v'.repeat(maxValueBytes + 1) },
    { what: 'value of line breaks', key: 'k', value: '\n'.repeat(maxValueBytes / 2 + 1) },
  ])('a $what beyond the bound is too-large and leaves no trace', ({ key, value }) => {
    expect(refused([], put(key, value))).toBe('too-large');
    expect(refused([], { kind: 'cas', key, expected: null, value })).toBe('too-large');
  });

  test('a key and a value at their bounds are taken, overwritten and deleted', { timeout: bigMs }, () => {
    const { store } = make();
    const [key, value] = ['k'.repeat(maxKeyBytes), `v${biggest}`];
    turn(store, () => {
      write(store, put(key, value));
      write(store, { kind: 'cas', key, expected: value, value: value.replace('v', 'w') });
    });
    expect(get(store, key)).toBe(value.replace('v', 'w'));
    turn(store, () =>
      expect(write(store, { kind: 'del', keys: [key] })).toEqual({ kind: 'count', count: 1 }),
    );
    expect(store.state.size()).toBe(0);
  });

  test('a del whose entry would exceed the bound is too-large', { timeout: bigMs }, () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const value = biggest;
    expect(
      refused(
        keys.map((key) => put(key, value)),
        { kind: 'del', keys },
      ),
    ).toBe('too-large');
  });

  test.for(['', ' ', 'a\0b', '\u{1f600}', 'é', '\uffff', '"\\', 'line\nbreak'])(
    'text %j is kept as it is',
    (text) => {
      const { store } = make();
      turn(store, () => write(store, put(text, text)));
      expect(get(store, text)).toBe(text);
      expect(contents(store)).toEqual([[text, text]]);
      expect(store.state.digest().value).toBe(digestOf([[text, text]]));
    },
  );

  test('a lone surrogate, which UTF-8 has no bytes for, is stored and found as U+FFFD', () => {
    const { store } = make();
    turn(store, () => write(store, put('k\ud800', 'v\udc00')));
    expect(get(store, 'k\ud800')).toBe('v\ufffd');
    expect(contents(store)).toEqual([['k\ufffd', 'v\ufffd']]);
    expect(store.state.digest().value).toBe(digestOf(contents(store)));
  });

  test('mget, exists and size', () => {
    const pairs = { a: '1', b: '2' };
    expect(reading(pairs, { kind: 'mget', keys: ['b', 'x', 'a'] })).toEqual({
      kind: 'values',
      values: ['2', null, '1'],
    });
    expect(reading(pairs, { kind: 'exists', keys: ['a', 'x', 'a'] })).toEqual({ kind: 'count', count: 2 });
    expect(reading(pairs, { kind: 'size' })).toEqual({ kind: 'count', count: 2 });
  });

  test('scan goes by code point, from after a key, in pages of `limit`', () => {
    const { store } = make();
    const keys = ['b', 'a', '\u{1f600}', '\uffee', 'é', 'B', 'ab', ''];
    turn(store, () => keys.forEach((key) => write(store, put(key, key))));
    const sorted = keys.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    for (const limit of [1, 3, keys.length, 100])
      expect(contents(store, limit).map(([key]) => key)).toEqual(sorted);
    const last = store.state.read({ kind: 'scan', after: sorted.at(-2)!, limit: 1 });
    expect(last).toEqual({ kind: 'page', pairs: [[sorted.at(-1), sorted.at(-1)]], more: false });
    expect(store.state.read({ kind: 'scan', after: '\u{10ffff}', limit: 1 })).toEqual({
      kind: 'page',
      pairs: [],
      more: false,
    });
  });

  test('a page ends at 1 MiB, and holds one pair at least', () => {
    const { store } = make();
    const half = 'v'.repeat(maxPageChars / 2 - 1);
    turn(store, () => ['a', 'b', 'c'].forEach((key) => write(store, put(key, half))));
    turn(store, () => write(store, put('d', 'v'.repeat(maxPageChars + 1))));
    const page = (after: string | null) => {
      const result = store.state.read({ kind: 'scan', after, limit: 100 });
      return result.kind === 'page' ? [result.pairs.map(([key]) => key).join(''), result.more] : null;
    };
    expect([page(null), page('b'), page('c')]).toEqual([
      ['ab', true],
      ['c', true],
      ['d', false],
    ]);
  });

  test('I9, P12: the digest is the sum of the rows at the position it names', () => {
    const { store } = make();
    turn(store, () => {
      for (let i = 0; i < 50; i += 1) write(store, put(`k${i % 20}`, `v${i}`));
      write(store, { kind: 'del', keys: ['k1', 'k7'] });
    });
    expect(store.state.digest()).toEqual({
      kind: 'rows',
      at: store.log.last(),
      value: digestOf(contents(store)),
    });
    turn(store, () => write(store, { kind: 'del', keys: Array.from({ length: 20 }, (_, i) => `k${i}`) }));
    expect(store.state.digest().value).toBe(0);
  });
}
