import { expect, onTestFinished, test } from 'vitest';
import { conditionsOf } from '../../src/faults/faults.ts';
import { Machine } from '../../src/node/machine.ts';
import { RunningNode } from '../../src/node/node.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import type { Outcome } from '../../src/protocol/request.ts';
import { singleLeader } from '../../src/protocol/single-leader/mode.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { faultsOf } from '../proxy/support.ts';
import { until } from '../support/until.ts';
import { respClient } from './resp-client.ts';
import { initOf } from './scripted-node.ts';

async function limited(text: string, shards = 1) {
  const machine = new Machine();
  const stores = Array.from({ length: shards }, () => createMemoryStore(diskOf('n1')));
  const node = new RunningNode(initOf(), {
    stores,
    mode: singleLeader,
    machine,
    onTrace: () => true,
  });
  const { clientPort } = await node.start();
  onTestFinished(() => node.stop());
  for (const shard of stores.keys()) {
    const led = Promise.withResolvers<Outcome>();
    node.operate({ kind: 'promote', ballot: { number: 1, disk: diskOf('n1') } }, led.resolve, shard);
    await led.promise;
  }
  const limit = (...texts: readonly string[]): void =>
    machine.apply(conditionsOf(faultsOf(['n1'], ...texts), 'n1'));
  limit(text);
  return { node, machine, limit, client: () => respClient(clientPort) };
}

test('fair over connections: who asks once does not wait for all that another has asked', async () => {
  const { node, client, limit } = await limited('limit n1 20/s');
  const [greedy, modest] = [await client(), await client()];
  const many = greedy.pipeline(...Array.from({ length: 200 }, () => 'SET k v'));
  await until('requests to wait', () => node.report().waiting.requests > 100);
  const before = greedy.replies.length;
  expect(await modest.ask('GET', 'k')).toBe('v');
  // One of each in turn; and those whose answers were on their way.
  expect(greedy.replies.length - before).toBeLessThanOrEqual(4);
  limit();
  expect((await many).every((reply) => reply === '+OK')).toBe(true);
  expect(node.report().waiting).toEqual({ requests: 0, oldestMs: 0 });
});

test('fair over shards: one that is busy leaves the other its share', async () => {
  const { node, client, limit } = await limited('limit n1 20/s', 2);
  const [greedy, modest] = [await client(), await client()];
  const many = greedy.pipeline(...Array.from({ length: 200 }, () => 'SET x v'));
  await until('requests to wait', () => node.report().waiting.requests > 100);
  const before = greedy.replies.length;
  for (let i = 0; i < 3; i += 1) expect(await modest.ask('GET', 'y')).toBeNull();
  expect(greedy.replies.length - before).toBeLessThanOrEqual(8);
  limit();
  expect((await many).every((reply) => reply === '+OK')).toBe(true);
});

test('what merely tells of the node is not limited', async () => {
  const { node, client } = await limited('limit n1 0.001/s');
  const [first, second] = [await client(), await client()];
  expect(await first.ask('SET', 'k', 'v')).toBe('+OK');
  void first.ask('SET', 'k', 'w');
  await until('it to wait', () => node.report().waiting.requests === 1);
  for (let i = 0; i < 50; i += 1) expect(await second.ask('PING')).toBe('+PONG');
  expect(node.report().waiting.requests).toBe(1);
  expect(node.report().waiting.oldestMs).toBeGreaterThan(0);
});
