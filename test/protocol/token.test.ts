import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { parsePosition, type EpochStart, type Position } from '../../src/protocol/position.ts';
import type { Effect, Input } from '../../src/protocol/protocol.ts';
import { singleLeader } from '../../src/protocol/single-leader/mode.ts';
import { checkToken, formatShards, furthest, parseShards, withSeen } from '../../src/protocol/token.ts';
import { TurnHost } from '../../src/protocol/turn.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';

const at = (text: string): Position => parsePosition(text)!;
/** `1@n1 from 1, …` as `['1@n1/1', …]`. */
const starts = (...texts: readonly string[]): readonly EpochStart[] =>
  texts.map(at).map(({ epoch, index }) => ({ epoch, firstIndex: index }));

describe('S1: a token and a log', () => {
  const log = { epochs: starts('1@n1/1', '3@n2/111'), last: at('3@n2/200'), applied: at('3@n2/200') };

  test('what the log contains is served, and what it may still get is waited for', () => {
    expect(checkToken(log, [at('1@n1/110')])).toEqual({ held: 'yes' });
    expect(checkToken(log, [at('3@n2/200')])).toEqual({ held: 'yes' });
    expect(checkToken(log, [at('3@n2/201')])).toMatchObject({ held: 'not-yet' });
    expect(checkToken(log, [at('4@n3/150')])).toMatchObject({ held: 'not-yet' });
  });

  test('received is not yet shown', () => {
    expect(checkToken({ ...log, applied: at('3@n2/150') }, [at('3@n2/151')])).toMatchObject({
      held: 'not-yet',
    });
  });

  test('a smaller position in a log that has gone another way is lost, and where it went is told', () => {
    expect(checkToken(log, [at('1@n1/111')])).toMatchObject({ held: 'lost', forkedAt: at('1@n1/110') });
    expect(checkToken(log, [at('1@n1/999')])).toMatchObject({ held: 'lost', forkedAt: at('1@n1/110') });
    expect(checkToken(log, [at('2@n3/105')])).toMatchObject({ held: 'lost', forkedAt: at('1@n1/104') });
    expect(checkToken(log, [at('2@n3/150')])).toMatchObject({ held: 'lost', forkedAt: at('1@n1/110') });
  });

  test('a log of lower epochs does not show that anything is lost', () => {
    expect(checkToken(log, [at('4@n3/120')])).toMatchObject({ held: 'not-yet' });
    expect(checkToken({ epochs: [], last: at('0@-/0'), applied: at('0@-/0') }, [at('1@n1/1')])).toMatchObject(
      { held: 'not-yet' },
    );
  });

  test('of several positions all must be there, and a loss of any is told', () => {
    expect(checkToken(log, [at('1@n1/100'), at('3@n2/150')])).toEqual({ held: 'yes' });
    expect(checkToken(log, [at('4@n3/150'), at('1@n1/120')])).toMatchObject({
      held: 'lost',
      token: at('1@n1/120'),
    });
    expect(checkToken(log, [at('3@n2/150'), at('4@n3/150')])).toMatchObject({
      held: 'not-yet',
      token: at('4@n3/150'),
    });
  });

  test('of one epoch the further position is kept, and one of each epoch', () => {
    expect(withSeen([], at('1@n1/3'))).toEqual([at('1@n1/3')]);
    expect(withSeen([at('1@n1/9')], at('1@n1/3'))).toEqual([at('1@n1/9')]);
    expect(withSeen([at('1@n1/9')], at('2@n2/3'))).toEqual([at('1@n1/9'), at('2@n2/3')]);
    expect(withSeen([], at('0@-/0'))).toEqual([]);
    expect(furthest([at('2@n2/3'), at('1@n1/9')])).toEqual([at('2@n2/3')]);
  });
});

describe('positions of shards', () => {
  test('print and parse; one alone is of the only shard', () => {
    const shards = { '0': [at('1@n1/3')], '1': [at('2@n2.2/7')] };
    expect(formatShards(shards)).toBe('0=1@n1/3,1=2@n2.2/7');
    expect(parseShards('0=1@n1/3,1=2@n2.2/7')).toEqual(shards);
    expect(parseShards('1@n1/3')).toEqual({ '0': [at('1@n1/3')] });
  });

  test.each(['', 'x', '0=', '0=1@n1', 'a=1@n1/3', '=1@n1/3', '0=1@n1/3,'])('%j is none', (text) =>
    expect(parseShards(text)).toBeNull(),
  );
});

type Untimed<T> = T extends unknown ? Omit<T, 'now' | 'wall'> : never;

/** n1 of two, alone with its disk; it leads once it is told to. */
function lonely() {
  const store = createMemoryStore(1);
  const boot = { self: 'n1', members: ['n1', 'n2'], options: {}, store, rng: createRng(1) };
  const host = new TurnHost({ store, create: () => singleLeader.create(boot) });
  let now = 0;
  host.start({ now, wall: now });
  return {
    step(input: Untimed<Input>, then = now + 1): readonly Effect[] {
      now = then;
      return host.turn([{ ...input, now, wall: now }], { now, wall: now });
    },
    lead(step: (input: Untimed<Input>) => unknown): void {
      step({
        type: 'operator',
        id: 99,
        command: { kind: 'promote', ballot: { number: 2, disk: diskOf('n1') } },
      });
    },
  };
}

const replies = (effects: readonly Effect[]) => effects.filter(({ type }) => type === 'reply');

describe('a replica asked for what it has not got', () => {
  const get = { kind: 'get', key: 'x' } as const;

  test('keeps a read until its time is over, then refuses it: behind', () => {
    const { step } = lonely();
    const asked = step(
      { type: 'request', id: 1, request: { op: get, after: [at('1@n2/5')], waitMs: 50 } },
      10,
    );
    expect(asked).toEqual([{ type: 'timer', name: 'token', at: 60 }]);
    expect(replies(step({ type: 'timer', name: 'token' }, 59))).toEqual([]);
    expect(step({ type: 'timer', name: 'token' }, 60)).toContainEqual({
      type: 'reply',
      id: 1,
      outcome: {
        type: 'refused',
        code: 'behind',
        detail: 'this node is at 0@-/0, and the client has seen 1@n2/5',
      },
    });
  });

  test('without a time it does not wait', () => {
    const { step } = lonely();
    const asked = step({ type: 'request', id: 1, request: { op: get, after: [at('1@n2/5')] } });
    expect(replies(asked)).toMatchObject([{ outcome: { code: 'behind' } }]);
  });

  test('waits no longer than for the entry, or for the certainty that it never comes', () => {
    const { step, lead } = lonely();
    step({ type: 'request', id: 1, request: { op: get, after: [at('2@n1/3')], waitMs: 1000 } });
    step({ type: 'request', id: 2, request: { op: get, after: [at('1@n2/1')], waitMs: 1000 } });
    let told: readonly Effect[] = [];
    lead((input) => (told = replies(step(input))));
    expect(told).toContainEqual({
      type: 'reply',
      id: 2,
      outcome: {
        type: 'refused',
        code: 'write-lost',
        lost: { token: at('1@n2/1'), forkedAt: at('0@-/0') },
      },
    });
    const put = { kind: 'put', key: 'x', value: '1' } as const;
    expect(replies(step({ type: 'request', id: 3, request: { op: put } }))).toMatchObject([
      { id: 3, outcome: { type: 'ok', at: at('2@n1/3') } },
      { id: 1, outcome: { type: 'ok', at: at('2@n1/3'), result: { value: '1' } } },
    ]);
  });

  test('a leader does not write after what it has not got, and never waits for it', () => {
    const { step, lead } = lonely();
    lead(step);
    const put = { kind: 'put', key: 'x', value: '1' } as const;
    const ask = (id: number, after: string) =>
      replies(step({ type: 'request', id, request: { op: put, after: [at(after)], waitMs: 1000 } }));
    expect(ask(1, '3@n2/9')).toMatchObject([{ outcome: { type: 'refused', code: 'behind' } }]);
    expect(ask(2, '1@n2/1')).toMatchObject([{ outcome: { type: 'refused', code: 'write-lost' } }]);
    expect(ask(3, '2@n1/2')).toMatchObject([{ outcome: { type: 'ok', at: { index: 3 } } }]);
  });
});
