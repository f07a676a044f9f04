import { describe, expect, test } from 'vitest';
import { linkName, linksOf } from '../../src/cluster/place.ts';
import { createRng } from '../../src/lib/rng.ts';
import { messageClasses, type MessageClass } from '../../src/protocol/message-class.ts';
import { FrameScanner } from '../../src/proxy/frame-scanner.ts';
import { until } from '../support/until.ts';
import { faultsOf, frame, startNet } from './support.ts';
import { fc } from '../support/property.ts';

const classes = Object.keys(messageClasses) as MessageClass[];

class Count {
  readonly classes: string[] = [];
  add(name: string, count: number): void {
    for (let at = 0; at < count; at += 1) this.classes.push(name);
  }
}

describe('frame scanner (T3)', () => {
  test('finds every frame, in the chunk that brings its first byte, however the stream is cut', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(...classes), fc.nat({ max: 60 })), { maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat({ max: 700 }), { maxLength: 30 }), (made, cuts) => {
        const bytes = Buffer.concat(made.map(([name, length]) => frame(name, length)));
        const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].toSorted(
          (a, b) => a - b,
        );
        const scanner = new FrameScanner();
        const counts = ends.map(() => new Count());
        ends.forEach((end, at) =>
          scanner.scan(bytes.subarray(at === 0 ? 0 : ends[at - 1], end), counts[at]!),
        );

        const expected = ends.map((): string[] => []);
        let start = 0;
        for (const [name, length] of made) {
          expected[ends.findIndex((end) => start < end)]!.push(name);
          start += frame(name, length).length;
        }
        expect(counts.map((count) => count.classes)).toEqual(expected);
      }),
    );
  });

  test.for([
    ['another version', (bytes: Buffer) => bytes.writeUInt8(9, 4)],
    ['an unknown class', (bytes: Buffer) => bytes.writeUInt8(200, 5)],
    ['no parts', (bytes: Buffer) => bytes.writeUInt16BE(0, 8)],
    ['a length without room for a header', (bytes: Buffer) => bytes.writeUInt32BE(3, 0)],
    ['a length beyond any frame', (bytes: Buffer) => bytes.writeUInt32BE(0x7fffffff, 0)],
  ] as const)('stops counting at %s', ([, spoil]) => {
    const bad = frame('ack', 10);
    spoil(bad);
    const count = new Count();
    new FrameScanner().scan(Buffer.concat([frame('append', 5), bad, frame('append', 5)]), count);
    expect(count.classes).toEqual(['append']);
  });
});

describe('counts (P13)', () => {
  test('what a fault hit is exact by class, and payload is told apart', async () => {
    const net = await startNet(['n1', 'n2']);
    const from = await net.dial('n1->n2');
    const rng = createRng('frames');
    const some = (count: number): MessageClass[] => Array.from({ length: count }, () => rng.pick(classes));
    const tally = (names: readonly MessageClass[]): Record<string, number> =>
      Object.fromEntries(classes.map((name) => [name, names.filter((each) => each === name).length]));
    let written = 0;
    const write = async (names: readonly MessageClass[]): Promise<number> => {
      const bytes = Buffer.concat(names.map((name) => frame(name, rng.below(1500))));
      for (let at = 0; at < bytes.length;) {
        const to = at + rng.between(1, 900);
        from.socket.write(bytes.subarray(at, to));
        at = to;
        if (rng.chance(0.2)) await net.proxy.counters();
      }
      written += bytes.length;
      await until('it to be read', async () => {
        const { bytes: passed, held } = await net.link('n1->n2');
        return passed + held.forward === written;
      });
      return bytes.length;
    };
    await write(some(100));
    await net.faults('cut n1:n2');
    const first = some(100);
    const firstBytes = await write(first);
    expect(await net.hit('f1')).toEqual({
      byClass: tally(first),
      payload: tally(first)['append'],
      bytes: firstBytes,
      connections: 1,
      counts: {},
    });
    // A second fault holds what waits already, and counts it too.
    await net.faults('cut n1:n2', 'isolate n1');
    const second = some(50);
    const secondBytes = await write(second);
    const both = { byClass: tally([...first, ...second]), bytes: firstBytes + secondBytes, connections: 1 };
    expect(await net.hit('f1')).toMatchObject(both);
    expect(await net.hit('f2')).toMatchObject(both);
    expect(await net.link('n1->n2')).toMatchObject({ frames: 100, faults: ['f1', 'f2'], state: 'held' });

    const healed = await net.faults();
    expect(healed).toMatchObject({ links: 2, connections: 1, hits: { f1: both, f2: both } });
    expect((await net.proxy.counters()).hits).toEqual({});
    await until('all frames', async () => (await net.link('n1->n2')).frames === 250);
  });

  test('a frame counts for the fault that held its first byte, also when its header is cut by a heal', async () => {
    const net = await startNet(['n1', 'n2']);
    const from = await net.dial('n1->n2');
    const bytes = Buffer.concat([frame('heartbeat', 20), frame('append', 20), frame('ack', 20)]);
    const read = (total: number): Promise<unknown> =>
      until('it to be read', async () => {
        const { bytes: passed, held } = await net.link('n1->n2');
        return passed + held.forward === total;
      });
    from.socket.write(bytes.subarray(0, 30));
    await read(30);
    // The heartbeat's tail and three bytes of the append are held.
    await net.faults('cut n1:n2');
    from.socket.write(bytes.subarray(30, 37));
    await read(37);
    expect(await net.hit('f1')).toEqual({ byClass: {}, payload: 0, bytes: 7, connections: 1, counts: {} });
    from.socket.write(bytes.subarray(37, 50));
    await read(50);
    expect(await net.hit('f1')).toMatchObject({ byClass: { append: 1 }, payload: 1, bytes: 20 });
    await net.faults();
    from.socket.write(bytes.subarray(50));
    await until('three frames', async () => (await net.link('n1->n2')).frames === 3);
  });

  test('a fault that held nothing says so', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('isolate n1');
    expect(await net.hit('f1')).toEqual({ byClass: {}, payload: 0, bytes: 0, connections: 0, counts: {} });
  });

  test('bytes that are no frames pass and are held like any, uncounted', async () => {
    const net = await startNet(['n1', 'n2']);
    const from = await net.dial('n1->n2');
    from.socket.write('GET / HTTP/1.1\r\nHost: n2\r\n\r\n');
    const target = net.nodes.get('n2')!.replication;
    await until('garbage', () => target.text().endsWith('\r\n\r\n'));
    await net.faults('isolate n2');
    from.socket.write(frame('append', 10));
    await until('more of it', async () => (await net.hit('f1')).bytes === 24);
    expect(await net.hit('f1')).toEqual({ byClass: {}, payload: 0, bytes: 24, connections: 1, counts: {} });
    await net.faults();
    await until('all of it', () => target.text().length === 28 + 24);
    expect((await net.link('n1->n2')).frames).toBe(0);
  });

  test('a change of faults answers with the links and connections it touched', async () => {
    const net = await startNet(['n1', 'n2', 'n3']);
    await Promise.all(['n1->n2', 'n1->n2', 'n2->n3', 'client->n1'].map((link) => net.dial(link)));
    await until('four connections', async () => {
      const { links } = await net.proxy.counters();
      return links.reduce((sum, link) => sum + link.connections, 0) === 4;
    });
    expect(await net.faults('isolate n1')).toMatchObject({ links: 4, connections: 2 });
    expect(await net.faults('isolate n1')).toMatchObject({
      links: 0,
      connections: 0,
      reach: { f1: { links: 4, connections: 2 } },
    });
    // Under another id it is another fault.
    expect(
      await net.proxy.setFaults([{ ...faultsOf(['n1', 'n2', 'n3'], 'isolate n1')[0]!, id: 'f9' }]),
    ).toMatchObject({
      links: 4,
    });
    const other = { ...faultsOf(['n1', 'n2', 'n3'], 'partition n2')[0]!, id: 'f10' };
    // Two links are released and two others held; it acts on four.
    expect(await net.proxy.setFaults([other])).toMatchObject({
      links: 6,
      reach: { f10: { links: 4, connections: 3 } },
    });
    await net.faults('isolate n1');
    const names = (await net.proxy.counters()).links.filter((link) => link.state === 'held').map(linkName);
    expect(names.toSorted()).toEqual(['n1->n2', 'n1->n3', 'n2->n1', 'n3->n1']);
    expect(await net.faults()).toMatchObject({ links: 4, connections: 2 });
    expect(linksOf(['n1', 'n2', 'n3'])).toHaveLength((await net.proxy.counters()).links.length);
  });
});
