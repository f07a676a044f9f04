import { expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import type { Ballot } from '../../src/protocol/position.ts';
import type { Effect, Input } from '../../src/protocol/protocol.ts';
import { singleLeader } from '../../src/protocol/single-leader/mode.ts';
import { TurnHost } from '../../src/protocol/turn.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';

type Untimed<T> = T extends unknown ? Omit<T, 'now' | 'wall'> : never;

/** n2 of three, alone with its disk. */
function lonely() {
  const store = createMemoryStore(2);
  const boot = { self: 'n2', members: ['n1', 'n2', 'n3'], options: {}, store, rng: createRng(1) };
  const host = new TurnHost({ store, create: () => singleLeader.create(boot) });
  let now = 0;
  const time = () => ({ now: (now += 1), wall: now });
  host.start(time());
  return {
    store,
    step(input: Untimed<Input>): readonly Effect[] {
      const at = time();
      return host.turn([{ ...input, ...at }], at);
    },
  };
}

const ballot = (number: number, disk: number): Ballot => ({ number, disk });

test('F15: a follower that a client told of a higher epoch does not lead a lower one afterwards', () => {
  const { step, store } = lonely();
  step({ type: 'request', id: 1, request: { op: { kind: 'size' }, epochSeen: ballot(3, 3) } });
  expect(store.local.get().promised).toEqual(ballot(3, 3));
  const promoted = step({ type: 'operator', id: 2, command: { kind: 'promote', ballot: ballot(3, 2) } });
  expect(promoted).toContainEqual({
    type: 'reply',
    id: 2,
    outcome: { type: 'refused', code: 'unsupported', detail: 'it has promised 3@n3' },
  });
});
