import { expect, test } from 'vitest';
import { chainOf, entryBytes, seal, type Body } from '../../src/protocol/entry.ts';
import type { Result } from '../../src/protocol/request.ts';
import { fc } from '../support/property.ts';

const at = { epoch: { number: 3, disk: 1026 }, index: 120 };
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constant({ kind: 'epochStart' } as const),
  fc.jsonValue().map((config): Body => ({ kind: 'config', config })),
  fc.string({ unit: 'binary' }).map((value): Body => {
    return { kind: 'rows', changes: [{ table: 'kv', old: null, new: { key: value, value } }] };
  }),
);
const result: fc.Arbitrary<Result> = fc.string().map((value) => ({ kind: 'value', value }));

test('seal: size, texts and chain are those of the entry, and outlive a trip through JSON (I3)', () => {
  fc.assert(
    fc.property(body, fc.option(fc.string()), fc.option(result), (made, client, answer) => {
      const identity = client === null ? {} : { client, seq: 7 };
      const { entry, ...sealed } = seal(99, {
        at,
        ...identity,
        ...(answer === null ? {} : { result: answer }),
        body: made,
      });
      expect(sealed).toEqual({
        body: JSON.stringify(made),
        result: answer === null ? null : JSON.stringify(answer),
        bytes: entryBytes(entry),
      });
      const back = JSON.parse(JSON.stringify(entry)) as typeof entry;
      expect([chainOf(99, back), JSON.stringify(back)]).toEqual([entry.chain, JSON.stringify(entry)]);
      expect(chainOf(98, back)).not.toBe(entry.chain);
    }),
  );
});

test('the chain covers place, writer, answer and contents', () => {
  const draft = {
    at,
    client: 'c',
    seq: 1,
    result: { kind: 'written' },
    body: { kind: 'epochStart' },
  } as const;
  const others = [
    { ...draft, at: { ...at, index: 121 } },
    { ...draft, at: { ...at, epoch: { number: 3, disk: 2 } } },
    { ...draft, client: 'd' },
    { ...draft, seq: 2 },
    { ...draft, result: { kind: 'count', count: 1 } } as const,
    { ...draft, body: { kind: 'config', config: {} } } as const,
  ];
  const chains = [draft, ...others].map((each) => chainOf(0, each));
  expect(new Set(chains).size).toBe(chains.length);
});
