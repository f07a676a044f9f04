import { onTestFinished } from 'vitest';
import type { ActiveFault } from '../../src/faults/fault.ts';
import { conditionsOf } from '../../src/faults/faults.ts';
import { Machine } from '../../src/node/machine.ts';
import { RunningNode } from '../../src/node/node.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import type { Outcome } from '../../src/protocol/request.ts';
import { singleLeader } from '../../src/protocol/single-leader/mode.ts';
import { calendarStart } from '../../src/sim/machine.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import { World } from '../../src/sim/world.ts';
import { openStore } from '../../src/store/open.ts';
import { respClient } from '../node/resp-client.ts';
import { initOf } from '../node/scripted-node.ts';
import { faultsOf } from '../proxy/support.ts';
import { tempDir } from '../support/until.ts';

/** A leader alone in its cluster, and what faults on it make of it. */
export interface Subject {
  /** Exactly these are in force from now on. */
  faults(...texts: readonly string[]): Promise<void>;
  /** Puts a key so often, all at once; the kinds of outcome, and how long it took until the last. */
  put(times: number): Promise<{ readonly outcomes: readonly string[]; readonly ms: number }>;
  /** How far its calendar is ahead, at least and at most: it was read between two looks at the machine's. */
  clockErrorMs(): Promise<readonly [least: number, most: number]>;
  /** On the machine's own monotonic clock. */
  nowMs(): number;
}

export const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  'the node process': realNode,
  'the simulated node': simulatedNode,
};

function kindOf(outcome: Outcome): string {
  return outcome.type === 'ok' ? 'ok' : `${outcome.type} ${outcome.code}`;
}

/** The node's parts as its process has them: SQLite on a real disk, RESP over a real socket. */
async function realNode(): Promise<Subject> {
  const machine = new Machine();
  const store = openStore({
    dir: tempDir(),
    cluster: 'c1',
    disk: diskOf('n1'),
    durability: 'normal',
    state: machine.disk,
  });
  const node = new RunningNode(initOf(), { store, mode: singleLeader, machine, onTrace: () => true });
  const { clientPort } = await node.start();
  onTestFinished(() => node.stop());
  const led = Promise.withResolvers<Outcome>();
  node.operate({ kind: 'promote', ballot: { number: 1, disk: diskOf('n1') } }, led.resolve);
  await led.promise;
  const client = await respClient(clientPort);
  return {
    faults(...texts) {
      const faults = faultsOf(['n1'], ...texts).map(({ id, params }) => ({ id, params, since: Date.now() }));
      machine.apply(conditionsOf(faults, 'n1'));
      return Promise.resolve();
    },
    async put(times) {
      const from = performance.now();
      const answers = await Promise.all(Array.from({ length: times }, () => client.ask('SET', 'k', 'v')));
      const outcomes = answers.map((answer) =>
        (answer as string).slice(1).toLowerCase().split(' ').slice(0, 2).join(' '),
      );
      return { outcomes, ms: performance.now() - from };
    },
    async clockErrorMs() {
      const before = Date.now();
      const [s, us] = (await client.ask('TIME')) as [string, string];
      const shown = Number(s) * 1000 + Number(us) / 1000;
      return [shown - Date.now(), shown - before];
    },
    nowMs: () => machine.clock.now(),
  };
}

function simulatedNode(): Promise<Subject> {
  const world = new World(
    {
      seed: 1,
      nodes: ['n1'],
      modeOptions: {},
      network: { latencyMs: [0, 0], loss: 0, duplicate: 0, reorder: 0, backoffMs: [50, 50] },
      node: { dispatchMs: [0, 0], commitMs: [0, 0], batch: [256, 256] },
    },
    { mode: singleLeader, disk: createMemoryStore },
  );
  const node = world.node('n1');
  let wall = 0;
  let now = 0;
  world.watchers.push({
    turned({ inputs }) {
      ({ wall, now } = inputs.at(-1) ?? { wall, now });
    },
  });
  /** Until so many answers are there. */
  const answered = (ask: (id: number) => void, times: number): readonly Outcome[] => {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < times; i += 1) {
      ask(world.expectReply('n1', (outcome) => void outcomes.push(outcome!)));
    }
    while (outcomes.length < times && world.clock.next(Infinity));
    return outcomes;
  };
  const put = (id: number): void => node.request(id, { op: { kind: 'put', key: 'k', value: 'v' } });
  world.start('n1');
  answered((id) => node.operate(id, { kind: 'promote', ballot: { number: 1, disk: diskOf('n1') } }), 1);
  const subject: Subject = {
    faults(...texts) {
      world.heal();
      for (const { params } of faultsOf(['n1'], ...texts) as readonly ActiveFault[]) world.fault(params);
      return Promise.resolve();
    },
    put(times) {
      const from = world.clock.now;
      const outcomes = answered(put, times).map(kindOf);
      return Promise.resolve({ outcomes, ms: world.clock.now - from });
    },
    clockErrorMs() {
      answered((id) => node.request(id, { op: { kind: 'size' } }), 1);
      const error = wall - calendarStart - world.clock.now;
      return Promise.resolve([error, error]);
    },
    nowMs() {
      answered((id) => node.request(id, { op: { kind: 'size' } }), 1);
      return now;
    },
  };
  return Promise.resolve(subject);
}
