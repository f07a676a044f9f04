import { describe, expect, test } from 'vitest';
import type { FaultView, LinkView } from '../../src/cluster/snapshot.ts';
import { until } from '../support/until.ts';
import { cluster } from './replab.ts';

interface Faults {
  readonly faults: readonly FaultView[];
  readonly links: readonly LinkView[];
}

describe('links', () => {
  test('a slow link says how late it makes things, one way and there and back, and what it hit', async () => {
    const { ok, json } = await cluster();
    expect(await ok('link', 'n1:n2', '--both', '--delay', '30ms', '--jitter', '5ms')).toMatch(
      /^f1 {2}link n1:n2 --both --delay 30ms --jitter 5ms: slows 2 links, \d+ connections/,
    );
    await ok('put', 'x', '1');
    await ok('wait', 'caught-up');
    const { faults, links } = await json<Faults>('faults');
    expect(faults).toMatchObject([
      { id: 'f1', kind: 'link', untilMs: null, hit: { payload: expect.any(Number) } },
    ]);
    expect(faults[0]!.hit.payload).toBeGreaterThan(0);
    expect(links).toMatchObject([
      { from: 'n1', to: 'n2', state: 'slow', delayMs: 30, roundTripMs: 60, faults: ['f1'] },
      { from: 'n2', to: 'n1', state: 'slow', delayMs: 30, roundTripMs: 60, faults: ['f1'] },
    ]);
    expect(await ok('faults')).toMatch(/n1->n2 +30ms +60ms/);
    expect(await ok('expect', 'links[from="n1" and to="n2"].delayMs = 30')).toBeDefined();
    // Another delay between the same two takes its place; --add lets both stand.
    expect(await ok('link', 'n1:n2', '--both', '--delay', '10ms')).toMatch(/^f2 /);
    await ok('link', 'n1:n2', '--both', '--delay', '5ms', '--add');
    const now = await json<Faults>('faults');
    expect(now.faults.map(({ id }) => id)).toEqual(['f2', 'f3']);
    expect(now.links[0]).toMatchObject({ delayMs: 15, roundTripMs: 30 });
    expect(await ok('heal', 'f2', 'f3')).toMatch(/^healed f2 .*\nhealed f3 /);
    expect(await ok('heal')).toMatch(/^There was nothing to heal/);
  });

  test('writes are acknowledged and followers catch up over a link that loses, copies and reorders', async () => {
    const { ok, json } = await cluster('--sync', '1');
    await ok('link', 'all:all', '--loss', '10%', '--duplicate', '10%', '--reorder', '20%', '--delay', '2ms');
    for (let n = 0; n < 10; n += 1) await ok('put', `k${n}`, `${n}`);
    const { faults } = await json<Faults>('faults');
    expect(Object.keys(faults[0]!.hit.counts)).toEqual(['lost', 'duplicated', 'reordered', 'stalled']);
    expect(faults[0]!.hit.counts['reordered']).toBeGreaterThan(0);
    await ok('heal');
    await ok('wait', 'caught-up');
    await ok('diff');
  });

  test('a fault ends by itself, and says in an event of its own what it hit', async () => {
    const { ok, json } = await cluster();
    await ok('isolate', 'n3', '--for', '600ms');
    const { faults } = await json<Faults>('faults');
    const [fault] = faults;
    if (fault !== undefined) expect(fault.untilMs! - fault.sinceMs).toBe(600);
    await until('it to have ended', async () => (await json<Faults>('faults')).faults.length === 0);
    expect(await ok('events')).toMatch(/isolate .*forMs=600[^]* expired +ids=f1 /);
    // An equal one without an end makes it stay.
    await ok('isolate', 'n3', '--for', '1h');
    await ok('isolate', 'n3');
    expect((await json<Faults>('faults')).faults).toMatchObject([{ id: 'f2', untilMs: null }]);
  });

  test('answers say what a fault acts on, and what one hit that it took the place of', async () => {
    const { ok, run } = await cluster();
    expect(await ok('link', 'n1:n2', '--delay', '5ms')).toMatch(/: slows 2 links, \d+ connections$/m);
    expect(await ok('link', 'n2:n1', '--loss', '1%')).toMatch(/: impairs 2 links, \d+ connections$/m);
    await ok('heal');
    await ok('partition', 'n1/n2,n3');
    await ok('expect', 'faults[0].hit.byClass.heartbeat > 0', '--within', '10s');
    expect(await ok('partition', 'n1,n2/n3', '--for', '1.4ms')).toMatch(
      /^f4 {2}partition n1,n2\/n3: holds 4 links, \d+ connections, for 1ms\nin place of f3 \(partition n1\/n2,n3\): it hit \d+ frames? /,
    );
    const several = await run(['isolate', '@followers']);
    expect(several.exit).toBe(3);
    expect(several.stderr).toMatch(
      /It is about one node, and n2,n3 are several: `partition n2,n3` cuts them off together/,
    );
  });

  test('partitions: a bridge, a ring, both at once, and one that resets', async () => {
    const { ok, json } = await cluster('--nodes', '4');
    const held = async (): Promise<string[]> =>
      (await json<Faults>('faults')).links
        .filter(({ state, from }) => state === 'held' && from !== 'client')
        .map(({ from, to }) => `${from}>${to}`);
    expect(await ok('partition', 'ring')).toMatch(/^f1 {2}partition ring: holds 4 links/);
    expect(await held()).toEqual(['n1>n3', 'n2>n4', 'n3>n1', 'n4>n2']);
    await ok('partition', 'bridge:n2', '--add');
    expect((await json<Faults>('faults')).faults.map(({ text }) => text)).toEqual([
      'partition ring',
      'partition bridge:n2',
    ]);
    expect(await held()).toEqual(['n1>n3', 'n1>n4', 'n2>n4', 'n3>n1', 'n3>n4', 'n4>n1', 'n4>n2', 'n4>n3']);
    expect(await ok('partition', '@minority/@majority', '--reset')).toMatch(
      /^f3 {2}partition n1\/n2,n3,n4 --reset: resets \d+ connections on \d+ links, and refuses new ones/,
    );
    const { faults, links } = await json<Faults>('faults');
    expect(faults.map(({ id }) => id)).toEqual(['f3']);
    expect(links.every(({ state }) => state === 'reset')).toBe(true);
    expect(await ok('heal')).toMatch(/it hit .*connections reset, none with data/);
    await ok('wait', 'caught-up');
  });
});
