import { describe, expect, test } from 'vitest';
import type { NodeConditions } from '../../src/faults/conditions.ts';
import type { NodeFaultName } from '../../src/faults/fault.ts';
import { conditionsOf, faultKinds } from '../../src/faults/faults.ts';
import { Machine } from '../../src/node/machine.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { calendarStart, SimNode } from '../../src/sim/node.ts';
import { Scheduler } from '../../src/sim/scheduler.ts';
import { createRng } from '../../src/lib/rng.ts';
import type { Input, Replica, ReplicaStatus } from '../../src/protocol/protocol.ts';
import { faultsOf } from '../proxy/support.ts';

/** What a node can be seen to suffer, and how to see it. */
interface Suffered {
  readonly clockErrorMs: number;
}

/** Beside each kind's usage: what is worth carrying out too. A new kind does not compile without a row. */
const examples: Record<NodeFaultName, readonly string[]> = {
  skew: ['skew n1 --offset -250ms', 'skew n1 --drift 10% --monotonic-drift 50%'],
};

const kinds = Object.keys(examples) as NodeFaultName[];

function conditions(text: string, since: number): NodeConditions {
  const [fault] = faultsOf(['n1', 'n2'], text);
  return conditionsOf([{ ...fault!, since }], 'n1');
}

/** As its faults say, told from their own words. */
function expected(text: string, afterMs: number): Suffered {
  const { clock } = conditions(text, 0);
  return { clockErrorMs: Math.round(clock.offsetMs + clock.drift * afterMs) };
}

describe.for(kinds)('%s', (kind) => {
  test.for([faultKinds[kind].usage, ...examples[kind]])('%s: the node lives under it', (text) => {
    const machine = new Machine();
    const began = Date.now() - 60_000;
    machine.apply(conditions(text, began));
    const before = expected(text, Date.now() - began);
    const seen = machine.clock.errorMs();
    const after = expected(text, Date.now() - began);
    expect(seen).toBeGreaterThanOrEqual(before.clockErrorMs);
    expect(seen).toBeLessThanOrEqual(after.clockErrorMs);
    machine.apply(conditionsOf([], 'n1'));
    expect(machine.clock.errorMs()).toBe(0);
  });

  test.for([faultKinds[kind].usage, ...examples[kind]])('%s: so does the simulated node', (text) => {
    const { node, clock, inputs } = simulated();
    node.conditions = conditions(text, calendarStart);
    node.start();
    while (clock.next(60_000));
    const last = inputs.at(-1)!;
    expect(last.wall - calendarStart - clock.now).toBe(expected(text, clock.now).clockErrorMs);
  });
});

/** A node whose replica does nothing but wake once a second, by its own clock. */
function simulated() {
  const clock = new Scheduler();
  const inputs: Input[] = [];
  const replica: Replica = {
    status: () => ({ epoch: { number: 0, disk: 0 } }) as ReplicaStatus,
    step(input) {
      inputs.push(input);
      return [{ type: 'timer', name: 'tick', at: input.now + 1000 }];
    },
  };
  const node = new SimNode(
    'n1',
    { dispatchMs: [0, 0], commitMs: [0, 0], batch: [1, 1] },
    {
      disk: createMemoryStore,
      replica: () => replica,
      send: () => undefined,
      reply: () => undefined,
      turned: () => undefined,
    },
    clock,
    createRng(1),
  );
  return { node, clock, inputs };
}
