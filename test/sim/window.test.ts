import { describe, expect, test } from 'vitest';
import { Stage } from '../../src/sim/stage.ts';

function held(): Stage {
  const stage = new Stage({
    name: 'window',
    nodes: ['n1', 'n2'],
    options: { sync: 'none' },
    play: () => undefined,
  });
  stage.begin();
  stage.fault({ kind: 'cut', from: ['n1'], to: ['n2'] });
  return stage;
}

/** Many at a time, so that commits stay few. */
function write(stage: Stage, count: number, chars: number): void {
  for (let i = 0; i < count; i += 1) {
    stage.put('n1', `k${i % 7}`, `${i} `.padEnd(chars, '.'));
    if (i % 50 === 49) stage.run(5);
  }
  stage.run(5);
}

describe('F4, I13: a follower that does not answer', () => {
  test('is sent 1024 entries, and the others when the hold ends', () => {
    const stage = held();
    write(stage, 1500, 4);
    const [follower] = stage.status('n1')!.followers;
    expect(follower?.unackedEntries).toBe(1024);
    stage.heal();
    stage.run(2000);
    stage.whole();
  });

  test('is sent 1 MiB, and the others when the hold ends', () => {
    const stage = held();
    write(stage, 30, 100_000);
    const [follower] = stage.status('n1')!.followers;
    expect(follower?.unackedEntries).toBeLessThan(11);
    expect(follower?.unackedBytes).toBeLessThanOrEqual(1024 * 1024);
    stage.heal();
    stage.run(2000);
    stage.whole();
  });
});
