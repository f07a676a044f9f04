import { z } from 'zod';
import type { Snapshot } from './snapshot.ts';

/**
 * The snapshot as data: what `expect` checks its paths against, so that a typo is an error and never a
 * vacuous truth (P13). Objects are strict: a field that is in only one of the two does not compile, and
 * a test parses a live cluster's snapshot with it.
 */
const epoch = {
  number: z.number(),
  node: z.string().nullable(),
  disk: z.number(),
  text: z.string(),
};
const epochView = z.strictObject(epoch);
const positionView = z.strictObject({ ...epoch, index: z.number() });

const replica = {
  role: z.enum(['leader', 'follower']).nullable(),
  epoch: epochView.nullable(),
  leader: z.string().nullable(),
  received: positionView.nullable(),
  durable: positionView.nullable(),
  applied: positionView.nullable(),
  committed: positionView.nullable(),
  lag: z.strictObject({
    entries: z.number().nullable(),
    bytes: z.number().nullable(),
    receivedMs: z.number().nullable(),
    appliedMs: z.number().nullable(),
    forked: z.boolean().nullable(),
  }),
  digest: z.strictObject({ kind: z.literal('rows'), at: z.string(), value: z.string() }).nullable(),
  keys: z.number().nullable(),
  suspects: z.array(z.string()).nullable(),
  stopped: z.string().nullable(),
  rewinding: z.boolean().nullable(),
  pending: z.number().nullable(),
  degraded: z.boolean().nullable(),
};

const node = z.strictObject({
  ...replica,
  id: z.string(),
  state: z.enum(['starting', 'running', 'paused', 'stopped', 'killed', 'unknown']),
  pid: z.number().nullable(),
  region: z.string().nullable(),
  disk: z.number(),
  boot: z.number().nullable(),
  seenMs: z.number().nullable(),
  busyMs: z.number(),
  address: z.strictObject({
    client: z.string().nullable(),
    direct: z.string().nullable(),
    clientAt: z.record(z.string(), z.string()),
  }),
  memory: z.number().nullable(),
  clockErrorMs: z.number().nullable(),
  waiting: z.strictObject({ requests: z.number().nullable(), oldestMs: z.number().nullable() }),
  dropped: z.number().nullable(),
  replicas: z.array(z.strictObject({ ...replica, shard: z.number() })),
});

const link = z.strictObject({
  from: z.string(),
  to: z.string(),
  state: z.enum(['ok', 'slow', 'held', 'reset']),
  latencyMs: z.number(),
  delayMs: z.number(),
  roundTripMs: z.number(),
  faults: z.array(z.string()),
  held: z.strictObject({ forward: z.number(), back: z.number() }),
  connections: z.number(),
  bytes: z.number(),
  frames: z.number(),
});

const fault = z.strictObject({
  id: z.string(),
  kind: z.string(),
  text: z.string(),
  sinceMs: z.number(),
  untilMs: z.number().nullable(),
  hit: z.strictObject({
    byClass: z.record(z.string(), z.number()),
    payload: z.number(),
    bytes: z.number(),
    connections: z.number(),
    counts: z.record(z.string(), z.number()),
  }),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Compiles only when what the schema describes and the snapshot are the same, field by field. */
function exactly<S extends z.ZodType<Snapshot>>(
  schema: S & (Snapshot extends DeepReadonly<z.infer<S>> ? unknown : never),
): S {
  return schema;
}

export const snapshotSchema = exactly(
  z.strictObject({
    schema: z.literal('replab.snapshot/1'),
    cluster: z.string(),
    mode: z.string(),
    engine: z.string(),
    seq: z.number(),
    tMs: z.number(),
    phase: z.enum(['starting', 'ready', 'stopping']),
    events: z.number(),
    options: z.record(z.string(), z.string().nullable()),
    leaders: z.array(
      z.strictObject({ id: z.string(), shard: z.number(), epoch: epochView, newest: z.boolean() }),
    ),
    nodes: z.array(node),
    links: z.array(link),
    faults: z.array(fault),
    divergence: z.strictObject({ state: z.enum(['equal', 'behind', 'forked', 'diverged', 'unknown']) }),
  }),
);
