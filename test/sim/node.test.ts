import { describe, expect, test } from 'vitest';
import { conditionsOf } from '../../src/faults/faults.ts';
import { createRng } from '../../src/lib/rng.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import type { Effect, Input, Replica, ReplicaStatus } from '../../src/protocol/protocol.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { SimNode } from '../../src/sim/node.ts';
import type { NodeOptions } from '../../src/sim/turn.ts';
import { Scheduler } from '../../src/sim/scheduler.ts';

const quick: NodeOptions = { dispatchMs: [0, 0], commitMs: [1, 1], batch: [100, 100] };

/** A replica that begins an epoch at every message, answers requests, and wakes every 100 ms. */
function nodeOf(options: Partial<NodeOptions> = {}, seed = 1) {
  const clock = new Scheduler();
  const stepped: string[] = [];
  const replies: string[] = [];
  let number = 0;
  const replica = (store: ReturnType<typeof createMemoryStore>): Replica => ({
    status: () => ({ epoch: store.local.get().promised }) as ReplicaStatus,
    step(input: Input): readonly Effect[] {
      const tick: Effect = { type: 'timer', name: 'tick', at: input.now + 100 };
      if (input.type !== 'appended')
        stepped.push(input.type === 'message' ? input.message.class : input.type);
      if (input.type === 'message')
        store.log.append({ number: (number += 1), disk: 1 }, { kind: 'epochStart' });
      if (input.type === 'request') {
        return [{ type: 'reply', id: input.id, outcome: { type: 'refused', code: 'no-leader' } }];
      }
      return input.type === 'start' || input.type === 'timer' ? [tick] : [];
    },
  });
  const node = new SimNode(
    'n1',
    { ...quick, ...options },
    {
      disk: createMemoryStore,
      replica: (_id, store) => replica(store),
      send: () => undefined,
      reply: (_node, id, outcome) => replies.push(`${id} ${outcome.type}`),
      turned: () => undefined,
    },
    clock,
    createRng(seed),
  );
  node.start();
  return {
    node,
    replies,
    stepped,
    message: (name: 'append' | 'ack' | 'subscribe') =>
      node.arrive(
        { type: 'message', from: 'n2', disk: 2, boot: 1, message: { class: name } },
        name === 'append' ? 'log' : 'ctl',
      ),
    request: (id: number) => node.request(id, { op: { kind: 'size' } }),
    run: (ms: number) => {
      const until = clock.now + ms;
      while (clock.next(until));
      clock.skipTo(until);
    },
  };
}

describe('a disk that forgets', () => {
  const forgets = conditionsOf(
    [{ id: 'f1', since: 0, params: { kind: 'disk', node: 'n1', trouble: 'lose-unsynced' } }],
    'n1',
  );

  test('loses commits of after, newest first, and its id with them; promises stay', () => {
    const lost = new Set<number>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const { message, node, run } = nodeOf({}, seed);
      message('append');
      run(20);
      node.conditions = forgets;
      for (let i = 0; i < 3; i += 1) {
        message('append');
        run(20);
      }
      node.kill();
      const commits = node.loseUnsynced();
      lost.add(commits);
      expect(node.store.log.last().index).toBe(4 - commits);
      expect(node.disk).toBe(commits === 0 ? 1 : diskOf('n1', 2));
      node.start();
      expect(node.boot).toBe(commits === 0 ? 2 : 1);
      expect(node.store.local.get().disk).toBe(node.disk);
    }
    expect(lost).toEqual(new Set([0, 1, 2, 3]));
  });

  test('what it has when it starts, and what came before the fault, is fsynced', () => {
    const { message, node, run } = nodeOf();
    message('append');
    run(20);
    node.conditions = forgets;
    message('append');
    run(20);
    node.kill();
    node.start();
    expect(node.store.unsynced()).toBe(0);
    node.kill();
    expect(node.loseUnsynced()).toBe(0);
    expect(node.store.log.last().index).toBe(2);
  });
});

describe('a turn', () => {
  test('T9: takes ctl first, and timers last', () => {
    const { message, node, run, stepped } = nodeOf();
    run(50);
    node.pause();
    run(100);
    message('append');
    message('ack');
    node.resume();
    run(10);
    expect(stepped).toEqual(['start', 'ack', 'append', 'timer']);
  });

  test('T6, T10: of acks that wait the latest is stepped, not beyond what is kept each', () => {
    const { message, node, run, stepped } = nodeOf();
    run(20);
    node.pause();
    for (const name of ['ack', 'ack', 'subscribe', 'ack', 'ack'] as const) message(name);
    node.resume();
    run(10);
    expect(stepped).toEqual(['start', 'ack', 'subscribe', 'ack']);
  });

  test('B0.4: after a long pause all that arrived is stepped before any timer', () => {
    const short = nodeOf({ batch: [1, 1] });
    const long = nodeOf({ batch: [1, 1] });
    for (const [{ message, node, run }, ms] of [
      [short, 150],
      [long, 400],
    ] as const) {
      node.pause();
      run(ms);
      message('append');
      message('append');
      node.resume();
      run(10);
    }
    expect(short.stepped).toEqual(['start', 'append', 'timer', 'append']);
    expect(long.stepped).toEqual(['start', 'append', 'append', 'timer']);
  });

  test('what a dying process had committed stays, and what it wanted to say is not said', () => {
    const { message, node, replies, request, run } = nodeOf({ commitMs: [5, 5] });
    run(20);
    message('append');
    request(7);
    run(2);
    node.kill();
    run(100);
    expect(replies).toEqual([]);
    expect(node.store.local.get().promised.number).toBe(1);
    node.start();
    expect(node.boot).toBe(2);
  });

  test('P1: one that fails refuses its requests, and steps later what it had not drawn', () => {
    const { message, node, replies, request, run, stepped } = nodeOf();
    run(20);
    request(1);
    message('append');
    request(2);
    node.store.failNextWrite();
    run(20);
    expect(stepped).toEqual(['start', 'request', 'append', 'start', 'request']);
    expect(replies).toEqual(['1 refused', '2 refused']);
  });

  test('T11: a request whose connection closed is dropped if it was not stepped', () => {
    const { node, replies, request, run } = nodeOf();
    run(20);
    request(1);
    request(2);
    expect(node.forget(1)).toBe(true);
    run(20);
    expect(node.forget(2)).toBe(false);
    expect(replies).toEqual(['2 refused']);
  });
});

test('P5: an older copy that comes back has another id, and the promises of then', () => {
  const { message, node, run } = nodeOf();
  message('append');
  run(20);
  node.save();
  for (const disk of [1025, 2049]) {
    message('append');
    run(20);
    node.kill();
    node.restore();
    node.start();
    expect(node.store.log.last().index).toBe(1);
    expect(node.store.local.get()).toEqual({ disk, boot: 1, promised: { number: 1, disk: 1 } });
  }
});

test('P5: a wiped disk is empty and has another id', () => {
  const { message, node, run } = nodeOf();
  run(20);
  message('append');
  run(20);
  node.kill();
  node.wipe();
  node.start();
  expect(node.store.local.get()).toEqual({ disk: 1025, boot: 1, promised: { number: 0, disk: 0 } });
});
