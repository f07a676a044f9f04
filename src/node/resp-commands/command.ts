import type { Entry } from '../../protocol/entry.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import type { Position } from '../../protocol/position.ts';
import type { ReplicaStatus } from '../../protocol/protocol.ts';
import type { Op, Outcome, Result } from '../../protocol/request.ts';
import type { ShardEpochs, ShardPositions } from '../../protocol/token.ts';
import { error, type Reply, type RespValue, type RespVersion } from '../resp-value.ts';
import type { ClientPorts } from '../resp-outcome.ts';

/** One command of the client port: a row of the table in `commands.ts`. */
export interface CommandRow {
  /** In capitals. */
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Arguments after the name, at least and at most. */
  readonly arity: readonly [least: number, most: number];
  readonly kind: 'read' | 'write' | 'connection' | 'node';
  /** Which arguments are keys, for tools that route by key. */
  readonly keys: 'none' | 'first' | 'all';
  /** It tells how things are, earlier commands of this connection included: it runs when those are answered. */
  readonly afterEarlier?: true;
  /** Its arguments are bytes, as latin1 text, and need not be UTF-8. */
  readonly takesBytes?: true;
  /** It runs also between a refused MULTI and its end. */
  readonly inMulti?: true;
  /** The connection ends once the answer is sent. */
  readonly closes?: true;
  /** `args` without the name, in the number that `arity` allows. */
  run(args: readonly string[], context: CommandContext): Reply | Ask;
}

/** A request to the replica, and how its result is told. What is no result is told alike for all commands. */
export interface Ask {
  readonly kind: 'ask';
  readonly op: Op;
  /** For an operation without a key; 0 if absent. */
  readonly shard?: number;
  answer(outcome: OkOutcome): RespValue;
}

export type OkOutcome = Extract<Outcome, { type: 'ok' }>;

export interface CommandContext {
  readonly session: Session;
  readonly node: ServedNode;
  readonly commands: ReadonlyMap<string, CommandRow>;
}

/** What one connection has said of itself, and what it did last (R3). */
export interface Session {
  readonly id: number;
  readonly address: string;
  version: RespVersion;
  name: string;
  libName: string;
  libVersion: string;
  /** Whose writes these are (RL.SESSION). */
  client: string | null;
  /** The idempotency number of the next write; null when writes carry none. */
  nextSeq: number | null;
  epochsSeen: ShardEpochs;
  /** What the client has seen, and how long its reads wait for a log that contains it (S1). */
  after: ShardPositions | null;
  waitMs: number;
  /** MULTI was refused: nothing runs until EXEC or DISCARD. */
  inMulti: boolean;
  /** Where this connection's last write went, once that was told. */
  last: { readonly shard: number; readonly at: Position; readonly copies: number } | null;
}

/** What the commands may know of their node. Called between turns only. */
export interface ServedNode {
  readonly self: NodeId;
  readonly cluster: string;
  readonly members: readonly NodeId[];
  readonly clientPorts: ClientPorts;
  readonly shards: number;
  readonly startedAt: number;
  now(): number;
  /** Its calendar, right or wrong. */
  wall(): number;
  connectedClients(): number;
  /** Null while no replica of the shard runs. */
  status(shard: number): ReplicaStatus | null;
  /** Entries after `after`, in log order: at least one if there is one, then up to `maxBytes`. */
  entries(shard: number, after: Position, maxBytes: number): readonly Entry[];
  discarded(shard: number): readonly Entry[];
}

/** More arguments than the parser lets through. */
export const many = Infinity;

export function ask<R extends Result['kind']>(
  op: Op,
  kind: R,
  answer: (result: Extract<Result, { kind: R }>, outcome: OkOutcome) => RespValue,
): Ask {
  return {
    kind: 'ask',
    op,
    answer(outcome) {
      const { result } = outcome;
      if (result.kind !== kind) return error(`ERR internal: a ${result.kind} where a ${kind} belongs`);
      return answer(result as Extract<Result, { kind: R }>, outcome);
    },
  };
}

/** `SHARD n` at the end of a command's words, taken off: the first shard without it, null when there is no such shard. */
export function takeShard(
  words: readonly string[],
  { shards }: ServedNode,
): { readonly shard: number; readonly rest: readonly string[] } | null {
  if (words.at(-2)?.toUpperCase() !== 'SHARD') return { shard: 0, rest: words };
  const shard = parseCount(words.at(-1)!, shards - 1);
  return shard === null ? null : { shard, rest: words.slice(0, -2) };
}

export const noSuchShard = error('ERR no such shard');

/** A whole number from 0 to `most`, or null. */
export function parseCount(text: string, most = Number.MAX_SAFE_INTEGER): number | null {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return count <= most ? count : null;
}
