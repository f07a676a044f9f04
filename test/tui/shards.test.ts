import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { stateFields } from '../../src/commands/watch-text.ts';
import { lagging, leaderOf, sharded } from '../client/sample.ts';
import { told } from './story.ts';

function frameOf(snapshot: Snapshot): readonly string[] {
  return told([snapshot], { size: { columns: 120, rows: 20 } }).frame();
}

test('the screen shows the first shard, who leads which, and what is wrong in the others', () => {
  const [first, about, , head, ...rows] = frameOf(sharded());
  expect(first).toContain('n1 leads shard 0 in epoch 1@n1, every follower has all of it');
  expect(about).toContain('3 nodes · shard 0 of 2 · ');
  const column = head!.indexOf('leads');
  expect(rows.slice(0, 3).map((row) => row.slice(column, column + 5).trim())).toEqual(['0', '1', '-']);

  expect(frameOf(sharded({ n3: lagging }))[0]).toContain(
    'shard 1: n2 leads epoch 2@n2; n3 is 2 entries behind',
  );
  const [headless] = frameOf(sharded({ n2: { role: 'follower' } }, [leaderOf('n1', 0)]));
  expect(headless).toMatch(/shard 1: no leader.* · n1 leads shard 0 in epoch 1@n1/);
});

test('as lines, each shard has its word and epoch', () => {
  expect(stateFields(sharded({ n3: lagging }))).toBe(
    'n1=leader/follower n2=follower/leader n3=follower/follower,behind epoch=1@n1/2@n2 contents=equal faults=-',
  );
});
