import { expect, test } from 'vitest';
import { formatFailure, parseFailure, type Failure } from '../../src/node/resp-outcome.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { fc } from '../support/property.ts';

const ports = { n1: 41_001, n2: 41_002 };
const at = { epoch: { number: 4, disk: diskOf('n2') }, index: 120 };

function told(failure: Failure) {
  return parseFailure(formatFailure(failure, 'n2', ports));
}

test('R2: a follower names the leader and the port at which clients reach it', () => {
  const failure: Failure = { type: 'refused', code: 'not-leader', leader: 'n1' };
  expect(formatFailure(failure, 'n2', ports)).toBe(
    'READONLY n2 is a follower; the leader is n1 at 127.0.0.1:41001',
  );
  expect(told(failure)).toEqual({ type: 'readonly', redirect: { leader: 'n1', port: 41_001 } });
});

test('R2: without a leader to name it is CLUSTERDOWN', () => {
  expect(told({ type: 'refused', code: 'not-leader', leader: null })).toEqual({ type: 'clusterdown' });
  expect(told({ type: 'refused', code: 'no-leader' })).toEqual({ type: 'clusterdown' });
});

test('R2: refusals keep their code and detail', () => {
  expect(told({ type: 'refused', code: 'turn-failed', detail: 'disk full' })).toEqual({
    type: 'refused',
    code: 'turn-failed',
    detail: 'disk full',
  });
  expect(told({ type: 'refused', code: 'stale-leader' })).toMatchObject({
    type: 'refused',
    code: 'stale-leader',
  });
});

test('S1: a loss names what is lost, and where the log went another way', () => {
  const lost = { token: at, forkedAt: { ...at, index: 110 } };
  expect(told({ type: 'refused', code: 'write-lost', lost })).toEqual({ type: 'write-lost', ...lost });
});

test('R2: unknown keeps its position and copies, or says that it has none', () => {
  expect(told({ type: 'unknown', code: 'not-replicated', at, copies: 1 })).toEqual({
    type: 'unknown',
    code: 'not-replicated',
    at,
    copies: 1,
  });
  expect(told({ type: 'unknown', code: 'recovered' })).toEqual({
    type: 'unknown',
    code: 'recovered',
    at: null,
    copies: null,
  });
});

test('R2: only UNKNOWN is indefinite, and no word is one that clients retry', () => {
  const codes = [
    'not-leader',
    'no-leader',
    'fenced',
    'rewinding',
    'stopped',
    'turn-failed',
    'too-large',
  ] as const;
  const words = codes.map((code) => formatFailure({ type: 'refused', code }, 'n2', ports).split(' ')[0]);
  expect(new Set(words)).toEqual(new Set(['CLUSTERDOWN', 'REFUSED']));
  expect(formatFailure({ type: 'unknown', code: 'turn-failed' }, 'n2', ports)).toMatch(
    /^UNKNOWN turn-failed - - /,
  );
});

test('any other error is a command that was not understood', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseFailure(text)).not.toThrow();
    }),
  );
  expect(parseFailure('ERR syntax error')).toEqual({ type: 'other', text: 'ERR syntax error' });
});
