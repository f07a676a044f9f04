import { expect, test } from 'vitest';
import { linkName, linksOf } from '../../src/cluster/place.ts';
import { holdBytes } from '../../src/proxy/pipe.ts';
import { readBytes } from '../../src/proxy/socket.ts';
import { until } from '../support/until.ts';
import { startNet } from './support.ts';

test('a change over 380 links is one step: when it is answered no byte passes a cut, and all others pass', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `n${i + 1}`);
  const net = await startNet(names);
  const links = linksOf(names).filter(({ from }) => from !== 'client');
  expect(links).toHaveLength(380);
  const diallers = await Promise.all(links.map((link) => net.dial(linkName(link))));
  const replication = names.map((name) => net.nodes.get(name)!.replication);
  const received = (): number => replication.reduce((sum, target) => sum + target.text().length, 0);
  const writeAll = (): void => diallers.forEach(({ socket }) => socket.write('!'));
  writeAll();
  await until('all connections to be through', () => received() === 380);

  const half = names.slice(0, 10);
  const isCut = ({ from, to }: (typeof links)[number]): boolean => half.includes(from) !== half.includes(to);
  const cut = links.filter(isCut).length;
  for (const reset of ['', ' --reset']) {
    const before = received();
    const passed = reset === '' ? 380 - cut : 180;
    expect(await net.faults(`partition ${half.join(',')}${reset}`)).toMatchObject({
      links: cut,
      connections: cut,
    });
    writeAll();
    await until('the others', () => received() === before + passed);
    if (reset === '') {
      await until('the rest to be held', async () => {
        const { links: views } = await net.proxy.counters();
        return views.reduce((sum, { held }) => sum + held.forward, 0) === cut;
      });
      expect(received()).toBe(before + passed);
      await net.faults();
      await until('the rest, late', () => received() === before + 380);
    } else {
      await until('the cut ones to be reset', () =>
        diallers.every(({ error }, at) => (error === 'ECONNRESET') === isCut(links[at]!)),
      );
    }
  }
});

test('control never waits on data: it answers while every socket of a link is blocked', async () => {
  const net = await startNet(['n1', 'n2', 'n3'], { paused: true });
  const sent = Buffer.alloc(16 * 1024 * 1024, 'abcdefg');
  const links = ['n1->n2', 'n2->n1', 'client->n1', 'n3->n1'];
  const diallers = await Promise.all(links.map((link) => net.dial(link)));
  for (const { socket } of diallers) socket.write(sent);
  const views = async () =>
    (await net.proxy.counters()).links.filter((link) => links.includes(linkName(link)));
  // Nobody reads: the kernel's buffers fill up, and then the proxy's.
  let before = -1;
  await until('nothing to move any more', async () => {
    const bytes = (await views()).reduce((sum, link) => sum + link.bytes, 0);
    const still = bytes === before && bytes > 0;
    before = bytes;
    return still;
  });
  const changes = [
    ['isolate n1'],
    ['link n1:n2 --both --delay 20ms', 'link n3:n1 --bandwidth 1KB/s'],
    ['cut client:n1', 'link n1:n2 --loss 50%'],
    ['link n1,n2,n3:n1,n2,n3 --delay 1s'],
    [],
  ];
  for (let round = 0; round < 40; round += 1) {
    const { hits } = await net.faults(...changes[round % changes.length]!);
    expect(hits).toBeDefined();
    for (const { held } of await views()) expect(held.forward).toBeLessThanOrEqual(2 * holdBytes + readBytes);
  }
  expect(diallers.every(({ socket }) => socket.writableLength > 0)).toBe(true);
});
