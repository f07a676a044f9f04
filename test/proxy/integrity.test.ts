import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { until } from '../support/until.ts';
import { startNet, type Net } from './support.ts';

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

/** Every way between these places. */
const everywhere = 'n1,n2,n3,client:n1,n2,n3,client';

/** What is in force while the streams run: the faults of each step, taken in turn or by chance. */
interface Weather {
  readonly steps: readonly (readonly string[])[];
  /** So many changes from one to the next, and then the last of them; 0: the first, all the time. */
  readonly changes: number;
}

const holds = ['isolate n1', 'isolate n3', 'cut n1:n2', 'cut client:n1', 'partition n1,n3/client,n2'];

const weathers: Readonly<Record<string, Weather>> = {
  steadily: { steps: [[]], changes: 0 },
  'through hold and heal': {
    steps: [...holds.map((one) => [one]), holds.slice(0, 2), [], [], []],
    changes: 60,
  },
  'under a delay': { steps: [[`link ${everywhere} --delay 15ms`]], changes: 0 },
  'under jitter': { steps: [[`link ${everywhere} --delay 15ms --jitter 15ms`]], changes: 0 },
  'under a changing delay': {
    steps: ['30ms', '2ms', '80ms --jitter 10ms', '1ms'].map((delay) => [
      `link ${everywhere} --delay ${delay}`,
    ]),
    changes: 30,
  },
  'under a bandwidth': { steps: [[`link ${everywhere} --bandwidth 20MB/s`]], changes: 0 },
  'through stalls of lost segments': { steps: [[`link ${everywhere} --loss 0.05%`]], changes: 0 },
  'through all of it': {
    steps: [
      [`link ${everywhere} --delay 5ms --jitter 5ms --bandwidth 50MB/s --loss 0.01%`],
      [`link ${everywhere} --delay 20ms`, 'isolate n1'],
      ['cut client:n1', `link n1:n2 --both --bandwidth 10MB/s`],
      [],
    ],
    changes: 40,
  },
};

/** Changes the faults as the weather has it, and answers how many bytes they hit. */
async function expose(net: Net, { steps, changes }: Weather): Promise<number> {
  const rng = createRng('weather');
  let hit = 0;
  const set = async (texts: readonly string[]): Promise<void> => {
    const { hits } = await net.faults(...texts);
    hit += Object.values(hits).reduce((sum, { bytes }) => sum + bytes, 0);
  };
  await set(steps[0]!);
  for (let change = 0; change < changes; change += 1) {
    for (let turns = rng.below(40); turns > 0; turns -= 1) await net.proxy.counters();
    await net.faults();
    await set(rng.pick(steps));
  }
  await until('something to be hit', async () => {
    const { hits } = await net.proxy.counters();
    hit += Object.values(hits).reduce((sum, { bytes }) => sum + bytes, 0);
    return hit > 0 || steps.flat().length === 0;
  });
  if (steps.flat().some((text) => !text.startsWith('link'))) await net.faults();
  return hit;
}

describe('integrity', () => {
  test.for(Object.entries(weathers))(
    'ten streams with slow readers arrive as they were sent, %s',
    { timeout: 60_000 },
    async ([, weather]) => {
      const net = await startNet(['n1', 'n2', 'n3'], { paused: true });
      const links = ['n1->n2', 'n2->n1', 'n1->n3', 'n3->n1', 'client->n1'];
      const streams = await Promise.all([...links, ...links].map((link) => net.dial(link)));
      const accepted = await until('ten connections', () => {
        const targets = [...net.nodes.values()].flatMap(({ replication, client }) => [replication, client]);
        const ends = targets.flatMap((target) => target.accepted);
        return ends.length === 10 ? ends : null;
      });
      await net.faults(...weather.steps[0]!);
      const sent = streams.map(({ socket }, at) => write(socket, `writer ${at}`));
      const arrived = accepted.map(({ socket }, at) => read(socket, `reader ${at}`));
      const hit = await expose(net, weather);
      expect(hit > 0).toBe(weather.steps.flat().length > 0);
      expect((await Promise.all(arrived)).toSorted()).toEqual((await Promise.all(sent)).toSorted());
      const passed = (await net.proxy.counters()).links.reduce((sum, link) => sum + link.bytes, 0);
      expect(passed).toBe(10 * streamBytes);
    },
  );

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
