import { describe, expect, test } from 'vitest';
import { afterAnswer, type Seen } from '../../src/client/session/token.ts';
import { parsePosition, type Position } from '../../src/protocol/position.ts';

const at = (text: string): Position => parsePosition(text)!;
const seen = (...wrote: readonly string[]): Seen => ({ wrote: { '0': wrote.map(at) }, read: {} });
const guaranteed = ['wrote'] as const;

describe('after an answer', () => {
  test('what the log was asked for is covered by where it stands', () => {
    const after = [at('1@n1/5'), at('2@n2/6')];
    const now = afterAnswer(seen('1@n1/5', '2@n2/6'), guaranteed, 'wrote', {
      shard: '0',
      at: at('3@n3/9'),
      after,
    });
    expect(now.wrote).toEqual({ '0': [at('3@n3/9')] });
  });

  test('what another operation of the session has seen meanwhile is not: it may yet turn out to be lost', () => {
    const now = afterAnswer(seen('1@n1/9'), guaranteed, 'wrote', {
      shard: '0',
      at: at('2@n2/7'),
      after: [at('1@n1/5')],
    });
    expect(now.wrote['0']).toEqual(expect.arrayContaining([at('1@n1/9'), at('2@n2/7')]));
  });

  test('without a promise everything that was seen stays', () => {
    const now = afterAnswer(seen('1@n1/9'), [], 'wrote', { shard: '0', at: at('2@n2/7'), after: [] });
    expect(now.wrote['0']).toHaveLength(2);
  });
});
