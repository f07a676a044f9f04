import { describe, expect, test } from 'vitest';
import { errorTable, type ErrorCode } from '../../src/control/error-table.ts';
import {
  describeError,
  errorFromWire,
  errorOfOutcome,
  exitCodeOf,
  ReplabError,
  toReplabError,
} from '../../src/control/errors.ts';
import { exitCodes } from '../../src/control/exit-codes.ts';
import { InvariantError } from '../../src/lib/assert.ts';
import { diskOf } from '../../src/protocol/node-id.ts';

const rows = Object.entries(errorTable);

function definiteOf(exit: number): Set<boolean> {
  return new Set(rows.filter(([, row]) => row.exit === exit).map(([, row]) => row.definite));
}

describe('the error table', () => {
  test.for(rows)(
    '%s says what, why and how to fix it, and exits as the table of exit codes has it',
    ([code, row]) => {
      const shown = describeError(
        new ReplabError(code as ErrorCode, { cluster: 'c1', node: 'n1', nodes: 'n1, n2' }),
      );
      for (const text of [shown.what, shown.why, shown.fix]) expect(text).not.toBe('');
      expect(Object.values(exitCodes)).toContain(row.exit);
      expect(row.exit).not.toBe(exitCodes.ok);
    },
  );

  test('(e)1: exit 8 is definite, exit 9 is not', () => {
    expect(definiteOf(exitCodes.refused)).toEqual(new Set([true]));
    expect(definiteOf(exitCodes.unknown)).toEqual(new Set([false]));
  });

  test('after an unknown outcome the key to read is named, as a shell takes it', () => {
    const fix = (key: string | null): string =>
      describeError(new ReplabError('no-answer', { cluster: 'c1', within: '1s', key })).fix;
    expect(fix('x')).toBe('Read the key before you repeat the write: `replab get -c c1 x`.');
    expect(fix("it's")).toContain("`replab get -c c1 'it'\\''s'`");
    expect(fix('-dash')).toContain('`replab get -c c1 -- -dash`');
    expect(fix(null)).toBe('Read the key before you repeat the write, with `replab get -c c1`.');
  });

  test('facts fill the texts', () => {
    const error = new ReplabError('behind', {
      cluster: 'c1',
      node: 'n3',
      ahead: 'n2',
      position: '1@n1/4',
      aheadPosition: '1@n1/9',
    });
    expect(describeError(error)).toEqual({
      code: 'behind',
      definite: true,
      what: 'Node n3 is behind n2.',
      why: 'It has 1@n1/4, n2 has 1@n1/9: what lies between would be lost.',
      fix: 'Promote n2, or lose it on purpose: `replab promote -c c1 n3 --force`.',
    });
    expect(exitCodeOf(error)).toBe(8);
  });
});

describe('errors from elsewhere', () => {
  test('B0.1: a turn that failed is refused before the commit, unknown from the commit on', () => {
    const before = errorOfOutcome({ type: 'refused', code: 'turn-failed', detail: 'disk full' });
    const during = errorOfOutcome({ type: 'unknown', code: 'turn-failed' });
    expect([before && exitCodeOf(before), during && exitCodeOf(during)]).toEqual([8, 9]);
    expect(before && describeError(before).why).toBe('Disk full.');
  });

  test('F6: a write that was not replicated says where it is', () => {
    const at = { epoch: { number: 1, disk: diskOf('n1') }, index: 12 };
    const error = errorOfOutcome({ type: 'unknown', code: 'not-replicated', at, copies: 1 });
    expect(error && describeError(error).why).toContain('The leader has it at 1@n1/12, on 1 replica(s)');
  });

  test('ok is no error', () => {
    const at = { epoch: { number: 1, disk: diskOf('n1') }, index: 1 };
    expect(errorOfOutcome({ type: 'ok', at, copies: 1, result: { kind: 'written' } })).toBeNull();
  });

  test('anything thrown that is not in the table is internal, exit 70', () => {
    for (const thrown of [
      new TypeError('x is not a function'),
      new InvariantError('never'),
      'text',
      undefined,
    ]) {
      expect(exitCodeOf(toReplabError(thrown))).toBe(70);
    }
  });

  test('a code of another version is internal and keeps its name', () => {
    for (const code of ['code-of-tomorrow', 'toString', '__proto__']) {
      const error = errorFromWire(code, {});
      expect(error.code).toBe('internal');
      expect(error.message).toContain(code);
    }
  });
});
