import { expect, test } from 'vitest';
import { MessageQueue } from '../../src/node/message-queue.ts';
import { messageClasses, type MessageClass } from '../../src/protocol/message-class.ts';
import { fc } from '../support/property.ts';

interface Numbered {
  readonly message: { readonly class: MessageClass; readonly number: number };
  readonly shard: number;
  readonly bytes: number;
}

const classNames = Object.keys(messageClasses) as MessageClass[];

function queueOf(names: readonly MessageClass[]): MessageQueue<Numbered> {
  const queue = new MessageQueue<Numbered>();
  for (const [number, name] of names.entries())
    queue.push({ message: { class: name, number }, shard: 0, bytes: 10 });
  return queue;
}

function drain(queue: MessageQueue<Numbered>): Numbered['message'][] {
  const drained: Numbered['message'][] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) drained.push(item.message);
  return drained;
}

function classesLeft(...names: MessageClass[]): string {
  return drain(queueOf(names))
    .map((message) => `${message.class}${message.number}`)
    .join(' ');
}

test('T6: the latest heartbeat and the latest ack win', () => {
  expect(classesLeft('heartbeat', 'ack', 'heartbeat', 'ack', 'heartbeat')).toBe('ack3 heartbeat4');
});

test('T6: no ack passes the subscribe between them, and no subscribe or reject is lost', () => {
  expect(classesLeft('ack', 'subscribe', 'ack', 'ack', 'subscribe', 'reject')).toBe(
    'ack0 subscribe1 ack3 subscribe4 reject5',
  );
});

test('T6: order is kept, the newest of every class stays, and what went was followed by its like', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...classNames), { maxLength: 60 }), (names) => {
      const queue = queueOf(names);
      const bytes = queue.bytes;
      const size = queue.size;
      const left = drain(queue);
      expect(size).toBe(left.length);
      expect(bytes).toBe(10 * left.length);
      expect(queue.bytes).toBe(0);
      const numbers = left.map((message) => message.number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      for (const [number, name] of names.entries()) {
        if (numbers.includes(number)) continue;
        const successor = names.indexOf(name, number + 1);
        const between = names.slice(number, successor);
        expect(successor).toBeGreaterThan(number);
        expect(between.every((other) => messageClasses[other].keep === 'latest')).toBe(true);
      }
    }),
  );
});

test('T6: ten thousand heartbeats of a held link are one', () => {
  expect(queueOf(Array.from({ length: 10_000 }, () => 'heartbeat' as const)).size).toBe(1);
});
