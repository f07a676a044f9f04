import { describe, expect, test } from 'vitest';
import { linksOf, linkName } from '../../src/cluster/place.ts';
import type { ActiveFault } from '../../src/faults/fault.ts';
import { faultKinds, verdictOf, type Judgement } from '../../src/faults/faults.ts';
import { longestDelayMs } from '../../src/faults/shape.ts';
import { createRng } from '../../src/lib/rng.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { Network } from '../../src/sim/network.ts';
import { Scheduler } from '../../src/sim/scheduler.ts';
import { faultsOf } from '../proxy/support.ts';
import { examples, flowKinds } from './flow-examples.ts';

const nodes = ['n1', 'n2', 'n3'];
const links = linksOf(nodes).filter(({ from }) => from !== 'client');
const latencyMs = 1;

type Carried = Readonly<Record<string, Judgement['state']>>;

/** Every node sends every other a message over the simulated network, under the faults and after the heal. */
function setUp() {
  const clock = new Scheduler();
  const arrived = new Map<string, number>();
  const lost = new Set<string>();
  let faults: readonly ActiveFault[] = [];
  const network = new Network(
    { latencyMs: [latencyMs, latencyMs], loss: 0, duplicate: 0, reorder: 0, backoffMs: [50, 50] },
    {
      bootOf: () => 1,
      runs: () => true,
      judge: (flow) => verdictOf(faults, flow),
      arrive: (to, { node: from }) => arrived.set(linkName({ from, to }), clock.now),
      tell: (fate, { node: from }, to) => fate === 'lost' && lost.add(linkName({ from, to })),
    },
    clock,
    createRng('conformance'),
  );
  const run = (ms: number): void => {
    const end = clock.now + ms;
    while (clock.next(end));
    clock.skipTo(end);
  };
  const send = (): void => {
    arrived.clear();
    lost.clear();
    for (const { from, to } of links) {
      const message: Message = { class: 'append' };
      network.send({ node: from, disk: 1, boot: 1 }, to, 'log', message);
    }
  };
  return {
    arrived,
    clock,
    network,
    run,
    send,
    set(...texts: readonly string[]): readonly ActiveFault[] {
      faults = faultsOf(nodes, ...texts);
      network.verdictsChanged();
      return faults;
    },
    carried: (): Carried =>
      Object.fromEntries(
        links
          .map(linkName)
          .map((name) => [name, arrived.has(name) ? 'pass' : lost.has(name) ? 'reset' : 'hold']),
      ),
  };
}

function judged(faults: readonly ActiveFault[]): Carried {
  return Object.fromEntries(
    links.map((link) => [linkName(link), verdictOf(faults, { ...link, direction: 'forward' }).state]),
  );
}

describe.for(flowKinds)('%s', (kind) => {
  test.for([faultKinds[kind].usage, ...examples[kind]])(
    '%s: the simulator does what the verdict says, to live and to new connections',
    (text) => {
      for (const live of [true, false]) {
        const world = setUp();
        if (live) {
          world.send();
          world.run(100);
        }
        const faults = world.set(text);
        const sentAt = world.clock.now;
        world.send();
        world.run(5000);
        expect(world.carried()).toEqual(judged(faults));
        for (const link of links) {
          const { shape } = verdictOf(faults, { ...link, direction: 'forward' });
          const late = world.arrived.get(linkName(link));
          if (shape.length === 0 || late === undefined) continue;
          const jitterMs = shape.reduce((sum, part) => sum + part.jitterMs, 0);
          const delayMs = longestDelayMs(shape);
          expect(late - sentAt).toBeGreaterThanOrEqual(latencyMs + delayMs - jitterMs);
          expect(late - sentAt).toBeLessThanOrEqual(latencyMs + delayMs + jitterMs + 1);
        }
        world.set();
        world.run(5000);
        const after = world.carried();
        for (const [name, state] of Object.entries(judged(faults))) {
          expect([name, after[name]]).toEqual([name, state === 'reset' ? 'reset' : 'pass']);
        }
        world.send();
        world.run(1000);
        expect(new Set(Object.values(world.carried()))).toEqual(new Set(['pass']));
      }
    },
  );
});
