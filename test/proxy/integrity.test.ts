import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { until } from '../support/until.ts';
import { startNet } from './support.ts';

const streamBytes = 4 * 1024 * 1024;

/** Writes `streamBytes` seeded bytes in chunks of any size, then FIN; answers with their SHA-1. */
async function write(socket: Socket, seed: string): Promise<string> {
  const rng = createRng(seed);
  const hash = createHash('sha1');
  for (let left = streamBytes; left > 0;) {
    const chunk = Buffer.alloc(Math.min(left, rng.between(1, rng.pick([16, 2000, 5000, 100_000]))));
    for (let at = 0; at < chunk.length; at += 1 + (at >> 3)) chunk[at] = rng.below(256);
    hash.update(chunk);
    left -= chunk.length;
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.end();
  return hash.digest('hex');
}

/** The SHA-1 of all that arrives, by a reader that now and then stops for some turns of the loop. */
async function read(socket: Socket, seed: string): Promise<string> {
  const rng = createRng(seed);
  const hash = createHash('sha1');
  for await (const chunk of socket) {
    hash.update(chunk as Buffer);
    for (let turns = rng.chance(0.2) ? rng.below(50) : 0; turns > 0; turns -= 1)
      await new Promise(setImmediate);
  }
  return hash.digest('hex');
}

describe('integrity', () => {
  test.for([
    ['steadily', 0],
    ['through hold and heal', 60],
  ] as const)('ten streams with slow readers arrive as they were sent, %s', async ([, cycles]) => {
    const net = await startNet(['n1', 'n2', 'n3'], { paused: true });
    const links = ['n1->n2', 'n2->n1', 'n1->n3', 'n3->n1', 'client->n1'];
    const streams = await Promise.all([...links, ...links].map((link) => net.dial(link)));
    const sent = streams.map(({ socket }, at) => write(socket, `writer ${at}`));
    const accepted = await until('ten connections', () => {
      const targets = [...net.nodes.values()].flatMap(({ replication, client }) => [replication, client]);
      const ends = targets.flatMap((target) => target.accepted);
      return ends.length === 10 ? ends : null;
    });
    const arrived = accepted.map(({ socket }, at) => read(socket, `reader ${at}`));

    const rng = createRng('faults');
    const faults = ['isolate n1', 'isolate n3', 'cut n1:n2', 'cut client:n1', 'partition n1,n3/client,n2'];
    let held = 0;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      await net.faults(rng.pick(faults), rng.pick(faults));
      for (let turns = rng.below(40); turns > 0; turns -= 1) await net.proxy.counters();
      const { hits } = await net.faults();
      held += Object.values(hits).reduce((sum, hit) => sum + hit.bytes, 0);
      for (let turns = rng.below(10); turns > 0; turns -= 1) await net.proxy.counters();
    }
    expect(held > 0).toBe(cycles > 0);
    expect((await Promise.all(arrived)).toSorted()).toEqual((await Promise.all(sent)).toSorted());
    const passed = (await net.proxy.counters()).links.reduce((sum, link) => sum + link.bytes, 0);
    expect(passed).toBe(10 * streamBytes);
  });

  test('numbered lines keep their order through hold and heal', async () => {
    const net = await startNet(['n1', 'n2']);
    const from = await net.dial('n1->n2');
    const expected: string[] = [];
    for (let line = 0; line < 2000; line += 1) {
      expected.push(`${line}\n`);
      from.socket.write(`${line}\n`);
      if (line % 40 === 0) await net.faults();
      if (line % 40 === 20) await net.faults('isolate n2');
    }
    await net.faults();
    const target = net.nodes.get('n2')!.replication;
    await until('every line', () => target.text().length === expected.join('').length);
    expect(target.text()).toBe(expected.join(''));
  });
});
