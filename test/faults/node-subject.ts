import { expect, onTestFinished } from 'vitest';
import type { ActiveFault } from '../../src/faults/fault.ts';
import { conditionsOf } from '../../src/faults/faults.ts';
import type { ConditionHits } from '../../src/faults/machine.ts';
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
import { ask, freshNode, freshSnapshot, launch } from '../supervisor/live.ts';
import { specOf } from '../supervisor/specs.ts';
import { tempDir, until } from '../support/until.ts';

/** A leader alone in its cluster, and what faults on it make of it. */
export interface Subject {
  /** Exactly these are in force from now on. */
  faults(...texts: readonly string[]): Promise<void>;
  /** Puts a key so often, all at once; the kinds of outcome, and how long it took until the last. */
  put(times: number): Promise<{ readonly outcomes: readonly string[]; readonly ms: number }>;
  /** How far its calendar is ahead, at least and at most: it was read between two looks at the machine's. */
  clockErrorMs(): Promise<readonly [least: number, most: number]>;
  /** On the node's own monotonic clock, and on the machine's. */
  nowMs(): number;
  machineMs(): number;
  /** Returns when at least so much has passed on the machine's clock. */
  elapse(ms: number): Promise<void>;
  /** What the faults in force have hit, together. */
  hits(): Counts;
}

/** A leader alone in its cluster, whose machine can lose power. */
export interface Mortal {
  fault(text: string): Promise<void>;
  put(key: string): Promise<void>;
  /** Of a process that runs. */
  keys(): Promise<number>;
  /** Its machine dies; answers how many commits that took. */
  kill(): Promise<number>;
  start(): Promise<void>;
  hits(): Promise<Counts>;
}

type Counts = Readonly<Record<string, number>>;

export const subjects: Readonly<
  Record<
    string,
    { readonly node: () => Promise<Subject>; readonly mortal: (seed: number) => Promise<Mortal> }
  >
> = {
  'the node process': { node: realNode, mortal: realMortal },
  'the simulated node': { node: simulatedNode, mortal: simulatedMortal },
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
  const node = new RunningNode(initOf(), {
    stores: [store],
    mode: singleLeader,
    machine,
    onTrace: () => true,
  });
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
    machineMs: () => performance.now(),
    async elapse(ms) {
      const end = performance.now() + ms;
      await until(`${ms} ms to pass`, () => performance.now() >= end);
    },
    hits: () => together(machine.hits),
  };
}

/** A cluster of one as its user has it: the supervisor kills the process, and takes what was not fsynced. */
async function realMortal(): Promise<Mortal> {
  const cluster = await launch(tempDir(), specOf('c1', 1));
  const { client } = cluster;
  return {
    async fault(text) {
      await client.request('fault', { fault: faultsOf(['n1'], text)[0]!.params });
    },
    async put(key) {
      expect(await ask(cluster, 'n1', `SET ${key} v`)).toBe('+OK');
    },
    keys: async () => (await freshNode(cluster, 'n1')).keys!,
    async kill() {
      const { nodes } = await client.request('node', { action: 'kill', nodes: ['n1'] });
      return nodes[0]!.lostUnsynced!.commits;
    },
    async start() {
      await client.request('node', { action: 'start', nodes: ['n1'] });
    },
    hits: async () => (await freshSnapshot(cluster)).faults[0]!.hit.counts,
  };
}

function together(hits: ConditionHits): Counts {
  return Object.assign({}, ...Object.values(hits)) as Counts;
}

function simulatedWorld(seed: number): World {
  return new World(
    {
      seed,
      nodes: ['n1'],
      modeOptions: {},
      network: { latencyMs: [0, 0], loss: 0, duplicate: 0, reorder: 0, backoffMs: [50, 50] },
      node: { dispatchMs: [0, 0], commitMs: [0, 0], batch: [256, 256] },
    },
    { mode: singleLeader, disk: createMemoryStore },
  );
}

/** Until so many answers are there. */
function answered(world: World, put: (id: number) => void, times: number): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < times; i += 1) {
    put(world.expectReply('n1', (outcome) => void outcomes.push(outcome!)));
  }
  while (outcomes.length < times && world.clock.next(Infinity));
  return outcomes;
}

function lead(world: World): void {
  world.start('n1');
  const command = { kind: 'promote', ballot: { number: 1, disk: diskOf('n1') } } as const;
  answered(world, (id) => world.node('n1').operate(id, command), 1);
}

function simulatedMortal(seed: number): Promise<Mortal> {
  const world = simulatedWorld(seed);
  const node = world.node('n1');
  lead(world);
  return Promise.resolve({
    fault: (text) => Promise.resolve(void world.fault(faultsOf(['n1'], text)[0]!.params)),
    put(key) {
      const [outcome] = answered(
        world,
        (id) => node.request(id, { op: { kind: 'put', key, value: 'v' } }),
        1,
      );
      expect(outcome).toMatchObject({ type: 'ok' });
      return Promise.resolve();
    },
    keys: () => Promise.resolve(node.status!.keys),
    kill: () => Promise.resolve(world.kill('n1')),
    start: () => Promise.resolve(void world.start('n1')),
    hits: () => Promise.resolve(together(node.hits)),
  });
}

function simulatedNode(): Promise<Subject> {
  const world = simulatedWorld(1);
  const node = world.node('n1');
  let wall = 0;
  let now = 0;
  world.watchers.push({
    turned({ inputs }) {
      ({ wall, now } = inputs.at(-1) ?? { wall, now });
    },
  });
  const put = (id: number): void => node.request(id, { op: { kind: 'put', key: 'k', value: 'v' } });
  lead(world);
  const subject: Subject = {
    faults(...texts) {
      world.heal();
      for (const { params } of faultsOf(['n1'], ...texts) as readonly ActiveFault[]) world.fault(params);
      return Promise.resolve();
    },
    put(times) {
      const from = world.clock.now;
      const outcomes = answered(world, put, times).map(kindOf);
      return Promise.resolve({ outcomes, ms: world.clock.now - from });
    },
    clockErrorMs() {
      answered(world, (id) => node.request(id, { op: { kind: 'size' } }), 1);
      const error = wall - calendarStart - world.clock.now;
      return Promise.resolve([error, error]);
    },
    nowMs() {
      answered(world, (id) => node.request(id, { op: { kind: 'size' } }), 1);
      return now;
    },
    machineMs: () => world.clock.now,
    elapse: (ms) => Promise.resolve(world.run(world.clock.now + ms)),
    hits: () => together(node.hits),
  };
  return Promise.resolve(subject);
}
