import { expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import type { Ballot, Position } from '../../src/protocol/position.ts';
import { openStore } from '../../src/store/open.ts';
import { tempDir } from '../support/until.ts';
import { bundle, start } from './child.ts';
import { contents, digestOf, disk, replay, wholeLog } from './kit.ts';

interface Said {
  readonly word: 'will' | 'done';
  readonly node: { readonly promised: Ballot; readonly discarded: number };
  readonly data: {
    readonly last: Position;
    readonly chain: number;
    readonly applied: Position;
    readonly digest: number;
  };
}

const kills = 32;

test('B0.3: a process killed at any moment leaves what it committed, or that and one turn more', async () => {
  const script = await bundle('writer', tempDir());
  const rng = createRng('kill');
  const dir = tempDir();
  let turns = 0;
  for (let round = 1; round <= kills; round += 1) {
    const durability = round % 4 === 0 ? 'full' : 'normal';
    const child = start(script, [dir, durability, `${disk}`]);
    await child.said(1 + rng.below(60));
    await child.kill();
    // A line is one write to a pipe: the last may be missing, never torn.
    const said = child.lines.map((line) => JSON.parse(line) as Said);
    const done = said.findLast(({ word }) => word === 'done')!;
    const next = said.at(-1)!;
    turns += said.length;

    const store = openStore({ dir, cluster: 'c1', disk, durability });
    const { log, state, local } = store;
    const last = log.last();
    const found = {
      node: { promised: local.get().promised, discarded: local.discarded().length },
      data: { last, chain: log.chainAt(last), applied: state.applied(), digest: state.digest().value },
    };
    expect([done.data, next.data]).toContainEqual(found.data);
    expect([done.node, next.node]).toContainEqual(found.node);
    // node.db is committed first: data.db is never ahead of it.
    if (JSON.stringify(found.data) !== JSON.stringify(done.data)) expect(found.node).toEqual(next.node);
    expect(local.get().boot).toBe(2 * round);
    const entries = wholeLog(store);
    const twin = replay(entries);
    expect([entries.length, twin.state.applied()]).toEqual([last.index, state.applied()]);
    expect([digestOf(contents(store)), twin.state.digest()]).toEqual([found.data.digest, state.digest()]);
    expect(contents(twin)).toEqual(contents(store));
    store.close();
  }
  expect(turns).toBeGreaterThan(10 * kills);
}, 60_000);
