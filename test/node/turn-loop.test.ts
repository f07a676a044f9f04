import { describe, expect, onTestFinished, test } from 'vitest';
import type { NodeClock } from '../../src/node/clock.ts';
import { Fifo } from '../../src/node/fifo.ts';
import type { Source, Taken } from '../../src/node/source.ts';
import { TurnLoop } from '../../src/node/turn-loop.ts';
import type { Effect, Input, Replica } from '../../src/protocol/protocol.ts';
import { TurnHost } from '../../src/protocol/turn.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { until } from '../support/until.ts';

/** Requests named by a number, from a source of that name. */
class ListSource implements Source {
  readonly #items = new Fifo<{ readonly key: string; readonly bytes: number }>();
  readonly #name: string;
  /** Called when the loop looks whether anything waits. */
  onLook: () => void = () => undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get waiting(): number {
    this.onLook();
    return this.#items.size;
  }

  add(count: number, bytes = 10): void {
    for (let i = 0; i < count; i += 1) this.#items.push({ key: `${this.#name}${i}`, bytes });
  }

  take({ now, wall }: { now: number; wall: number }): Taken | null {
    const item = this.#items.shift();
    if (item === undefined) return null;
    const input: Input = {
      type: 'request',
      id: 1,
      request: { op: { kind: 'get', key: item.key } },
      now,
      wall,
    };
    return { input, bytes: item.bytes };
  }
}

interface Options {
  /** What a step of a request costs. */
  readonly stepMs?: number;
  onStart?(now: number): readonly Effect[];
}

/** A loop over three sources, its turns as lists of what was stepped, and a clock that only moves when told. */
function setUp({ stepMs = 0, onStart = () => [] }: Options = {}) {
  let now = 1000;
  const clock: NodeClock = { now: () => now, wall: () => now + 1e12, timerMs: (ms) => ms };
  const turns: string[][] = [];
  const times: number[][] = [];
  const replica: Replica = {
    step(input) {
      if (input.type === 'start') return onStart(input.now);
      const op = input.type === 'request' ? input.request.op : null;
      turns
        .at(-1)!
        .push(op?.kind === 'get' ? op.key : input.type === 'timer' ? `timer ${input.name}` : input.type);
      times.at(-1)!.push(input.now);
      if (input.type === 'request') now += stepMs;
      return [];
    },
    status: () => {
      throw new Error('nobody asks');
    },
  };
  const store = createMemoryStore(1);
  const begin = (): void => {
    turns.push([]);
    times.push([]);
    store.begin();
  };
  const host = new TurnHost({ store: { ...store, begin }, create: () => replica });
  const [first, a, b] = [new ListSource('first'), new ListSource('a'), new ListSource('b')];
  const loop = new TurnLoop({ host, clock, first: [first], rest: [a, b], carryOut: () => undefined });
  onTestFinished(() => loop.stop());
  loop.start();
  turns.length = 0;
  return {
    loop,
    first,
    a,
    b,
    turns,
    times,
    advance(ms: number): void {
      now += ms;
    },
  };
}

const sizes = (turns: readonly (readonly string[])[]): number[] => turns.map((turn) => turn.length);

describe('T9: what one turn takes', () => {
  test('all that waits is one transaction, of one instant', async () => {
    const { loop, a, turns, times } = setUp({ stepMs: 0.01 });
    a.add(50);
    loop.wake();
    a.add(50);
    loop.wake();
    await until('the turn', () => turns.length === 1);
    expect(sizes(turns)).toEqual([100]);
    expect(new Set(times.at(-1))).toEqual(new Set([1000]));
  });

  test('at most 1024 inputs', async () => {
    const { loop, a, turns } = setUp();
    a.add(2400);
    loop.wake();
    await until('all', () => turns.flat().length === 2400);
    expect(sizes(turns)).toEqual([1024, 1024, 352]);
  });

  test('at most 1 MiB, and one input however large', async () => {
    const { loop, a, turns } = setUp();
    a.add(6, 400_000);
    a.add(2, 5_000_000);
    loop.wake();
    await until('all', () => turns.flat().length === 8);
    expect(sizes(turns)).toEqual([3, 3, 1, 1]);
  });

  test('at most 5 ms, measured while it steps, and one input however slow', async () => {
    const { loop, a, turns } = setUp({ stepMs: 2 });
    a.add(7);
    loop.wake();
    await until('all', () => turns.flat().length === 7);
    expect(sizes(turns)).toEqual([3, 3, 1]);
    const slow = setUp({ stepMs: 80 });
    slow.a.add(2);
    slow.loop.wake();
    await until('all', () => slow.turns.flat().length === 2);
    expect(sizes(slow.turns)).toEqual([1, 1]);
    expect(slow.loop.takeLongestTurnMs()).toBe(80);
    expect(slow.loop.takeLongestTurnMs()).toBe(0);
  });

  test('the first sources first, the others in turn', async () => {
    const { loop, first, a, b, turns } = setUp();
    a.add(4);
    b.add(2);
    first.add(2);
    loop.wake();
    await until('the turn', () => turns.length === 1);
    expect(turns[0]).toEqual(['first0', 'first1', 'a0', 'b0', 'a1', 'b1', 'a2', 'a3']);
  });

  test('nothing waits: no turn', async () => {
    const { loop, turns } = setUp();
    let looked = false;
    loop.wake();
    setImmediate(() => {
      looked = true;
    });
    await until('a round', () => looked);
    expect(turns).toEqual([]);
  });
});

describe('timers', () => {
  const timer = (name: string, at: number | null): Effect => ({ type: 'timer', name, at });

  test('are stepped when due, the earliest first, behind the messages of their turn', async () => {
    const { loop, a, turns, advance } = setUp({
      onStart: (now) => [
        timer('later', now + 8),
        timer('sooner', now + 5),
        timer('cleared', now + 5),
        timer('cleared', null),
      ],
    });
    advance(10);
    a.add(2);
    loop.wake();
    await until('the turn', () => turns.length > 0);
    expect(turns).toEqual([['a0', 'a1', 'timer sooner', 'timer later']]);
  });

  test('one not due yet stays, however early the platform fires', async () => {
    const { turns, advance } = setUp({ onStart: (now) => [timer('t', now + 5)] });
    let rounds = 0;
    await until('some rounds of the platform', () => (rounds += 1) > 8);
    expect(turns).toEqual([]);
    advance(5);
    await until('the timer', () => turns.length > 0);
    expect(turns).toEqual([['timer t']]);
  });

  /** A message that reaches its source two rounds of the loop after it first looked, as one behind an accept. */
  async function lateMessage(latenessMs: number): Promise<readonly string[]> {
    const { loop, a, turns, advance } = setUp({ onStart: (now) => [timer('t', now + 5)] });
    let looks = 0;
    a.onLook = () => {
      looks += 1;
      if (looks > 1) return;
      setImmediate(() =>
        setImmediate(() => {
          a.add(1);
          loop.wake();
        }),
      );
    };
    advance(5 + latenessMs);
    loop.wake();
    await until('both', () => turns.flat().length === 2);
    return turns.flat();
  }

  test('B0.4: after a gap what waits in the sockets is stepped before timers', async () => {
    expect(await lateMessage(300)).toEqual(['a0', 'timer t']);
  });

  test('B0.4: after a gap all that waits is stepped before timers, however many turns it takes', async () => {
    const { loop, a, turns, advance } = setUp({
      onStart: (now) => [{ type: 'timer', name: 't', at: now + 1 }],
    });
    advance(2000);
    a.add(256 * 8);
    loop.wake();
    await until('the timer', () => turns.flat().includes('timer t'));
    expect(turns.flat().at(-1)).toBe('timer t');
    expect(turns.flat()).toHaveLength(256 * 8 + 1);
  });

  test('B0.4: a load that never ends does not keep timers waiting for ever', async () => {
    const { loop, a, turns, advance } = setUp({
      onStart: (now) => [{ type: 'timer', name: 't', at: now + 1 }],
    });
    advance(2000);
    a.onLook = () => a.add(300);
    loop.wake();
    await until('the timer', () => turns.flat().includes('timer t'));
  });

  test('B0.4: without a gap a timer does not wait', async () => {
    expect(await lateMessage(100)).toEqual(['timer t', 'a0']);
  });
});
