import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LinkView, Snapshot } from '../../src/cluster/snapshot.ts';
import { tempDir } from '../support/until.ts';
import { raw, talk } from './raw.ts';
import { cluster, shell } from './replab.ts';

interface Read {
  readonly value: string | null;
  readonly node: string;
}

/** From where, to where, one way. */
function distances(links: readonly LinkView[]): readonly string[] {
  return links
    .filter(({ latencyMs }) => latencyMs > 0)
    .map(({ from, to, latencyMs }) => `${from} ${to} ${latencyMs}`);
}

describe('regions', () => {
  test('links are as long as regions are apart, before, under and after faults', async () => {
    const { ok, json } = await cluster(
      '--regions',
      'eu,us,ap',
      '--latency',
      'eu:us=20ms,eu:ap=60ms,us:ap=40ms',
    );
    const { nodes, links } = await json<Snapshot>('status');
    expect(nodes.map(({ region }) => region)).toEqual(['eu', 'us', 'ap']);
    expect(Object.keys(nodes[0]!.address.clientAt)).toEqual(['eu', 'us', 'ap']);
    expect(distances(links)).toEqual([
      'n1 n2 10',
      'n1 n3 30',
      'n2 n1 10',
      'n2 n3 20',
      'n3 n1 30',
      'n3 n2 20',
      'client@eu n2 10',
      'client@eu n3 30',
      'client@us n1 10',
      'client@us n3 20',
      'client@ap n1 30',
      'client@ap n2 20',
    ]);
    expect(links.every(({ state, delayMs, latencyMs }) => state === 'ok' && delayMs === latencyMs)).toBe(
      true,
    );
    const status = await ok('status');
    expect(status).toMatch(/there and back: eu-us 20ms, eu-ap 60ms, us-ap 40ms/);
    expect(status).toMatch(/n3 +ap +running/);

    await ok('link', 'n1:n2', '--delay', '5ms');
    // The way back carries nothing but TCP's own answers: it is slow too.
    const slow = (await json<{ links: readonly LinkView[] }>('faults')).links;
    expect(slow.map(({ from, to }) => `${from} ${to}`)).toEqual(['n1 n2', 'n2 n1']);
    expect(slow[0]).toMatchObject({
      state: 'slow',
      latencyMs: 10,
      delayMs: 15,
      roundTripMs: 25,
      faults: ['f1'],
    });
    expect(await ok('faults')).toMatch(/n1->n2 +10ms +15ms +25ms/);
    await ok('heal');
    await ok('reset');
    const after = await json<Snapshot>('status');
    expect(distances(after.links)).toEqual(distances(links));
    expect(after.nodes.map(({ region }) => region)).toEqual(['eu', 'us', 'ap']);
    await ok('expect', 'nodes[region="us"].id = "n2" and links[from="client@ap" and to="n1"].latencyMs = 30');
  });

  test('a client goes over the links of where it stands, also when a node sends it elsewhere', async () => {
    const { ok, run, json } = await cluster('--regions', 'eu,us,ap', '--latency', '8ms');
    await ok('put', 'x', '1', '--region', 'ap');
    await ok('wait', 'caught-up');
    const bytes = async (from: string): Promise<readonly number[]> =>
      (await json<Snapshot>('status')).links.filter((link) => link.from === from).map((link) => link.bytes);
    // The leader n1 is far from ap: nearest is n3, and a client of us reads at n2.
    expect(await json<Read>('get', 'x', '--read', 'nearest', '--region', 'ap')).toMatchObject({ node: 'n3' });
    expect(await json<Read>('get', 'x', '--read', 'nearest', '--region', 'us')).toMatchObject({ node: 'n2' });
    expect((await bytes('client@ap')).map((count) => count > 0)).toEqual([true, false, true]);
    expect((await bytes('client@us')).map((count) => count > 0)).toEqual([false, true, false]);
    expect(await bytes('client')).toEqual([0, 0, 0]);

    // Cut at its place, a client is cut; one that stands elsewhere is not. Selectors name the nodes alone.
    expect(await ok('partition', '@region:eu,client@eu')).toMatch(/partition n1,client@eu\/n2,n3:/);
    await ok('put', 'x', '2', '--region', 'us');
    await ok('cut', 'client@us:n1', '--reset');
    expect((await run(['put', 'x', '3', '--region', 'us', '--timeout', '2s'])).exit).not.toBe(0);
    await ok('put', 'x', '3', '--region', 'eu');
    await ok('heal');

    // A node names the leader by the port that it has where the client stands.
    await ok('promote', 'n2');
    await ok('wait', 'leader');
    const { nodes } = await json<Snapshot>('status');
    const [n1, n2] = nodes.map(({ address }) => address);
    for (const [asked, named] of [
      [n1!.client, n2!.client],
      [n1!.clientAt['ap'], n2!.clientAt['ap']],
    ] as const) {
      expect(await talk(raw(asked!), 'SET x 4\r\nQUIT\r\n')).toContain(`the leader is n2 at ${named!}\r\n`);
    }
  });

  test('an own file, as words or as JSON; kept with the data', async () => {
    const { ok, run, json } = shell();
    const file = join(tempDir(), 'distances');
    writeFileSync(file, 'a:b=6ms  # measured\na:a=2ms\n');
    await ok('up', '--regions', 'a:n1,n2/b:n3', '--latency', file);
    const before = distances((await json<Snapshot>('status')).links);
    expect(before).toContain('n1 n3 3');
    expect(before).toContain('n1 n2 1');
    await ok('down', '--keep');
    expect(await run(['up', '--regions', 'a,b'])).toMatchObject({
      exit: 8,
      stderr: expect.stringMatching(/another regions: a:n1,n2\/b:n3, not a:n1,n3\/b:n2/),
    });
    await ok('up');
    expect(distances((await json<Snapshot>('status')).links)).toEqual(before);
    expect(await run(['get', 'x', '--region', 'c'])).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/no region called c[^]*has a, b/),
    });
    writeFileSync(file, '{"a:b": "6ms"');
    expect(await run(['up', '-c', 'other', '--regions', 'a,b', '--latency', file])).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/cannot be understood[^]*begins like JSON[^]*up --help/),
    });
    expect(await run(['up', '-c', 'other', '--regions', 'a,b', '--latency', 'far'])).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/no preset \(continents, near, zones\)/),
    });
    expect((await run(['up', '-c', 'other', '--latency', 'near'])).exit).toBe(3);
  });
});
