import { onTestFinished } from 'vitest';
import { sound } from '../../src/faults/conditions.ts';
import type { NodeInit } from '../../src/node/ipc.ts';
import { Machine } from '../../src/node/machine.ts';
import { RunningNode } from '../../src/node/node.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { zeroBallot, zeroPosition, type Position } from '../../src/protocol/position.ts';
import type { Effect, Input, Mode, ReplicaStatus, TraceEvent } from '../../src/protocol/protocol.ts';
import type { Outcome, Request, RequestId, Result } from '../../src/protocol/request.ts';
import { singleLeader } from '../../src/protocol/single-leader/mode.ts';
import { createMemoryStore, type MemoryStore } from '../../src/sim/memory-store.ts';

const firstBallot = { number: 1, disk: diskOf('n1') };

export function initOf(changes: Partial<NodeInit> = {}): NodeInit {
  return {
    type: 'init',
    cluster: 'c1',
    token: 'secret',
    self: 'n1',
    members: ['n1'],
    disk: diskOf('n1'),
    shards: 1,
    dir: '/nowhere',
    mode: 'single-leader',
    options: {},
    durability: 'normal',
    peers: {},
    clientPorts: { n1: 41_001, n2: 41_002 },
    conditions: sound,
    ...changes,
  };
}

/** Starts a node of `mode` over a memory store. Ends with the test. */
async function start(mode: Mode, changes: Partial<NodeInit>) {
  const traces: TraceEvent[] = [];
  const stores = Array.from({ length: changes.shards ?? 1 }, () =>
    createMemoryStore(changes.disk ?? diskOf('n1')),
  );
  const [store] = stores as [MemoryStore];
  const onTrace = (events: readonly TraceEvent[]): boolean => traces.push(...events) > 0;
  const node = new RunningNode(initOf(changes), { stores, mode, machine: new Machine(), onTrace });
  const ports = await node.start();
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => (stopped ??= node.stop());
  onTestFinished(stop);
  return { node, store, stores, traces, stop, ...ports };
}

/** A node alone in its cluster, which it leads, in every shard. */
export async function lonelyLeader(changes: Partial<NodeInit> = {}) {
  const started = await start(singleLeader, changes);
  for (const shard of started.stores.keys()) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    started.node.operate({ kind: 'promote', ballot: firstBallot }, resolve, shard);
    await promise;
  }
  return started;
}

export interface Asked {
  readonly id: RequestId;
  readonly request: Request;
}

/** What a scripted replica does with a request: answers at once, or holds it until `answer`. */
export type Script = (asked: Asked) => Outcome | 'hold';

/** A node whose replica does as told. */
export async function scriptedNode(script: Script, changes: Partial<NodeInit> = {}) {
  const asked: Asked[] = [];
  const inputs: Input[] = [];
  let due: Effect[] = [];
  const mode: Mode = {
    ...singleLeader,
    create: () => ({
      step(input) {
        inputs.push(input);
        const effects = due;
        due = [];
        if (input.type !== 'request') return effects;
        asked.push(input);
        const outcome = script(input);
        return outcome === 'hold' ? effects : [...effects, { type: 'reply', id: input.id, outcome }];
      },
      status: () => idleStatus,
    }),
  };
  const started = await start(mode, changes);
  return {
    ...started,
    asked,
    inputs,
    /** Answers a held request. */
    answer(id: RequestId, outcome: Outcome): void {
      due.push({ type: 'reply', id, outcome });
      started.node.operate({ kind: 'set', settings: {} }, () => undefined);
    },
  };
}

const positionOf = (index: number): Position => ({ epoch: firstBallot, index });

export function okOf(result: Result, index = 1, copies = 1): Outcome {
  return { type: 'ok', at: positionOf(index), copies, result };
}

const idleStatus: ReplicaStatus = {
  role: 'follower',
  epoch: zeroBallot,
  leader: null,
  received: zeroPosition,
  durable: zeroPosition,
  applied: zeroPosition,
  committed: zeroPosition,
  chain: 0,
  base: zeroPosition,
  epochs: [],
  logBytes: 0,
  digest: { kind: 'rows', at: zeroPosition, value: 0 },
  keys: 0,
  suspects: [],
  stopped: null,
  rewinding: false,
  settings: {},
  settingsAt: 0,
  pending: 0,
  degraded: false,
  followers: [],
};
