import { describe, expect, test } from 'vitest';
import { Gate } from '../../src/faults/bandwidth.ts';
import { Passage, type Conduit, type Sent } from '../../src/faults/passage.ts';
import type { Fate, LinkConditions } from '../../src/faults/shape.ts';
import { createRng } from '../../src/lib/rng.ts';
import { fc } from '../support/property.ts';
import { shapeOf } from './texts.ts';

interface Part {
  readonly message: number;
  readonly part: number;
  readonly parts: number;
}

const end = 'end';
const bytesEach = 1000;

/** One connection that sends messages in parts, as a proxy drives its passage, and what has become of each part. */
class Stream {
  readonly left: (Part | typeof end)[] = [];
  readonly fates = new Map<Part, Fate>();
  readonly cutOff: Part[] = [];
  readonly #passage: Passage<Part | typeof end>;
  #conduit: Conduit | null = null;
  #now = 0;
  #frozen = false;
  #between = true;
  #messages = 0;
  #unsent: Part[] = [];

  constructor() {
    const passing = (): boolean => !this.#frozen;
    this.#passage = new Passage(
      {
        get passing() {
          return passing();
        },
        drawn: (item, _, fate) => void this.fates.set(item as Part, fate),
        paid: () => undefined,
      },
      null,
    );
  }

  /** The next part of the message that was begun, or the first of another one. */
  send(parts: number): void {
    if (this.#unsent.length === 0) {
      this.#messages += 1;
      this.#unsent = Array.from({ length: parts }, (_, part) => ({ message: this.#messages, part, parts }));
    }
    const item = this.#unsent.shift()!;
    const sent: Sent = {
      class: 'append',
      bytes: bytesEach,
      sole: item.parts === 1,
      later: item.part > 0,
      more: item.part < item.parts - 1,
    };
    this.#passage.enter(item, sent, bytesEach, this.#now);
    this.#advance();
  }

  finish(): void {
    this.#passage.enterLast(end, this.#now);
    this.#advance();
  }

  reshape(conditions: Partial<LinkConditions> | null): void {
    const shape = conditions === null ? null : shapeOf(conditions);
    this.#conduit =
      shape === null ? null : { shape, gate: new Gate(shape), rng: createRng(`after ${this.#now}`) };
    this.#passage.reshape(this.#conduit, this.#now);
    this.#advance();
  }

  hold(frozen: boolean): void {
    this.#frozen = frozen;
    if (frozen) this.#passage.freeze(this.#now);
    else this.#passage.thaw(this.#now);
    this.#advance();
  }

  /** Time passes: whenever something is due, it is asked for. */
  elapse(ms: number): void {
    const until = this.#now + ms;
    for (let due = this.#advance(); due !== null && due <= until; due = this.#advance()) {
      this.#now = Math.max(this.#now, due);
    }
    this.#now = until;
    this.#advance();
  }

  get empty(): boolean {
    return this.#passage.empty;
  }

  #advance(): number | null {
    if (this.#frozen) return null;
    const more = this.#conduit?.gate.serve(this.#now) ?? null;
    for (;;) {
      if (!this.#between) {
        for (const { item } of this.#passage.takeCutOff()) this.cutOff.push(item as Part);
      }
      const item = this.#passage.next(this.#now, this.#between);
      if (item === null) break;
      this.left.push(item);
      this.#between = item === end || item.part === item.parts - 1;
    }
    const due = this.#passage.dueAt(this.#between);
    return due === null || more === null ? (due ?? more) : Math.min(due, more);
  }
}

const chance = fc.constantFrom(0, 0.3, 1);
const inOrder = fc.record({
  delayMs: fc.constantFrom(0, 5, 100),
  jitterMs: fc.constantFrom(0, 5),
  bytesPerSecond: fc.constantFrom(null, null, 20_000),
});
const outOfOrder = fc.record({ loss: fc.constantFrom(0, 0.3), duplicate: chance, reorder: chance });
const mixed = fc.tuple(inOrder, outOfOrder).map(([one, other]) => ({ ...one, ...other }));

type Step = (stream: Stream) => void;

const stepsUnder = (conditions: fc.Arbitrary<Partial<LinkConditions>>): fc.Arbitrary<readonly Step[]> => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(1, 1, 2, 3).map(
        (parts): Step =>
          (one) =>
            one.send(parts),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.integer({ min: 1, max: 30 }).map(
        (ms): Step =>
          (one) =>
            one.elapse(ms),
      ),
    },
    {
      weight: 2,
      arbitrary: conditions.map(
        (shape): Step =>
          (one) =>
            one.reshape(shape),
      ),
    },
    { weight: 1, arbitrary: fc.constant<Step>((one) => one.reshape(null)) },
    {
      weight: 1,
      arbitrary: fc.boolean().map(
        (held): Step =>
          (one) =>
            one.hold(held),
      ),
    },
  );
  return fc.array(step, { maxLength: 40 });
};

/** The stream ends wherever it is, and faults go on after that; in the end nothing is held any more. */
function played(before: readonly Step[], after: readonly Step[], healed: boolean): Stream {
  const stream = new Stream();
  for (const step of before) step(stream);
  stream.finish();
  for (const step of after) step(stream);
  if (healed) stream.reshape(null);
  stream.hold(false);
  stream.elapse(1e6);
  return stream;
}

function copiesOf(stream: Stream, part: Part): number {
  return stream.left.filter((item) => item === part).length;
}

describe('a passage', () => {
  const afterwards = (conditions: fc.Arbitrary<Partial<LinkConditions>>): fc.Arbitrary<readonly Step[]> =>
    fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 30 }).map(
          (ms): Step =>
            (one) =>
              one.elapse(ms),
        ),
        conditions.map(
          (shape): Step =>
            (one) =>
              one.reshape(shape),
        ),
        fc.boolean().map(
          (held): Step =>
            (one) =>
              one.hold(held),
        ),
      ),
      { maxLength: 6 },
    );

  test('loses nothing that did not count as lost; the end comes last, through changes and heals', () => {
    fc.assert(
      fc.property(stepsUnder(mixed), afterwards(mixed), fc.boolean(), (before, after, healed) => {
        const stream = played(before, after, healed);
        expect(stream.empty).toBe(true);
        expect(stream.left.indexOf(end)).toBe(stream.left.length - 1);
        for (const [part, { line, strays, lostBy }] of stream.fates) {
          const cutOff = stream.cutOff.filter((item) => item === part).length;
          const copies = (line === null ? 0 : 1) + strays.length - cutOff;
          expect(copiesOf(stream, part)).toBe(copies);
          expect(lostBy !== null).toBe(line === null && strays.length === 0);
        }
      }),
    );
  });

  test('parts of a message keep together: all of them leave or none, and nothing comes between', () => {
    fc.assert(
      fc.property(stepsUnder(mixed), afterwards(mixed), fc.boolean(), (before, after, healed) => {
        const { left } = played(before, after, healed);
        for (const [at, item] of left.entries()) {
          if (item === end || item.parts === 1) continue;
          const next = left[at + 1]!;
          if (item.part > 0)
            expect(left[at - 1]).toMatchObject({ message: item.message, part: item.part - 1 });
          if (item.part < item.parts - 1 && next !== end) {
            expect(next).toMatchObject({ message: item.message, part: item.part + 1 });
          }
        }
      }),
    );
  });

  test('keeps order where nothing is to be reordered or copied', () => {
    fc.assert(
      fc.property(stepsUnder(inOrder), afterwards(inOrder), fc.boolean(), (before, after, healed) => {
        const stream = played(before, after, healed);
        expect(stream.left).toEqual([...stream.fates.keys(), end]);
      }),
    );
  });

  test('a frame that was overtaken is not left behind the end when the fault is healed', () => {
    const stream = new Stream();
    stream.reshape({ delayMs: 1000, reorder: 1 });
    for (let n = 0; n < 3; n += 1) stream.send(1);
    stream.finish();
    stream.reshape(null);
    stream.elapse(10);
    expect(stream.left).toHaveLength(4);
    expect(stream.left.at(-1)).toBe(end);
  });

  test('the end waits for what has not paid for its bandwidth yet', () => {
    const stream = new Stream();
    stream.reshape({ bytesPerSecond: 10_000 });
    for (let n = 0; n < 5; n += 1) stream.send(1);
    stream.finish();
    stream.elapse(1000);
    expect(stream.left).toHaveLength(6);
    expect(stream.left.at(-1)).toBe(end);
  });

  test('a message that was being lost when the fault was healed is lost to its end', () => {
    const stream = new Stream();
    stream.reshape({ loss: 1 });
    stream.send(3);
    stream.reshape(null);
    stream.send(3);
    stream.send(3);
    stream.send(1);
    stream.finish();
    expect(stream.left).toMatchObject([{ message: 2 }, end]);
  });
});
