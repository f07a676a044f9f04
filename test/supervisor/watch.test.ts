import { describe, expect, test } from 'vitest';
import type { LinkView, Snapshot } from '../../src/cluster/snapshot.ts';
import { attach } from '../../src/control/attach.ts';
import { takeDownCluster } from '../../src/control/take-down.ts';
import { gistOf } from '../../src/supervisor/watch.ts';
import { node, sample, silent } from '../client/sample.ts';
import { tempDir, until } from '../support/until.ts';
import { launch } from './live.ts';
import { specOf } from './specs.ts';

describe('what is news', () => {
  const link: LinkView = {
    from: 'n1',
    to: 'n2',
    state: 'ok',
    latencyMs: 0,
    delayMs: 0,
    roundTripMs: 0,
    faults: [],
    held: { forward: 0, back: 0 },
    connections: 1,
    bytes: 100,
    frames: 1,
  };
  const before = sample({ links: [link] });
  const withN3 = (over: Parameters<typeof node>[1]): Snapshot =>
    sample({ links: [link], nodes: [node('n1'), node('n2'), node('n3', over)] });

  test.for([
    ['time', { ...before, seq: 8, tMs: 9000 }],
    ['heartbeats', { ...before, links: [{ ...link, bytes: 900, frames: 9 }] }],
    ['memory, and the age of an answer', withN3({ memory: 1, seenMs: 90 })],
  ] as const)('not %s', ([, after]) => {
    expect(gistOf(after)).toBe(gistOf(before));
  });

  test.for([
    ['an event', { ...before, events: 13 }],
    ['what a link holds', { ...before, links: [{ ...link, held: { forward: 9, back: 0 } }] }],
    ['a node that is down', withN3({ ...silent, state: 'killed', pid: null })],
    ['lag', withN3({ lag: { entries: 1, bytes: 9, receivedMs: 5, appliedMs: 5, forked: false } })],
    ['another second of silence', withN3({ busyMs: 1001 })],
    ['the phase', { ...before, phase: 'stopping' as const }],
  ] as const)('%s', ([, after]) => {
    expect(gistOf(after)).not.toBe(gistOf(before));
  });
});

describe('watch', { timeout: 60_000 }, () => {
  test('a snapshot now, one when something changes, none when nothing does; ends with the cluster', async () => {
    const root = tempDir();
    const { client } = await launch(root, specOf('c1', 2));
    const seen: Snapshot[] = [];
    const over = client.request('watch', { everyMs: 50 }, { onItem: (one) => void seen.push(one) });
    await until('the first', () => seen.length > 0);
    const rounds = async (count: number): Promise<void> => {
      const from = (await client.request('snapshot', { fresh: false })).seq;
      await until(`${count} rounds`, async () => {
        return (await client.request('snapshot', { fresh: false })).seq >= from + count;
      });
    };
    // What `up` set in motion comes to rest; then nothing is news.
    await until('rest', async () => {
      const before = seen.length;
      await rounds(4);
      return seen.length === before;
    });
    await client.request('node', { action: 'pause', nodes: ['n2'] });
    await until('the change', () => seen.at(-1)?.nodes[1]?.state === 'paused', { show: () => seen.at(-1) });
    await takeDownCluster(root, 'c1', { keep: false });
    await over;
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).toSorted((a, b) => a - b));
  });

  test('who stops watching is forgotten', async () => {
    const root = tempDir();
    const { client } = await launch(root, specOf('c1', 1));
    const other = await attach(root, 'c1');
    const watched = other.client.request('watch', { everyMs: -1 });
    other.client.close();
    await expect(watched).rejects.toMatchObject({ code: 'supervisor-gone' });
    expect((await client.request('snapshot', { fresh: true })).phase).toBe('ready');
  });
});
