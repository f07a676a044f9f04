import type { ClusterSpec } from '../../cluster/spec.ts';
import { ReplabError } from '../../control/errors.ts';
import {
  formatPosition,
  parsePosition,
  sameBallot,
  samePosition,
  type Position,
} from '../../protocol/position.ts';
import { furthest, isShardName, withSeen, type ShardPositions } from '../../protocol/token.ts';
import type { Guarantee } from './guarantees.ts';

/**
 * What a session has written and read, as people pass it on: `token export`, `--token`. The two are apart, since
 * each guarantee is about one of them.
 */
export interface SessionToken {
  readonly schema: 'replab.token/1';
  readonly cluster: string;
  readonly mode: string;
  readonly shards: Readonly<Record<string, ShardToken>>;
}

export interface ShardToken {
  readonly wrote: readonly string[];
  readonly read: readonly string[];
}

/** The same in hand. */
export interface Seen {
  readonly wrote: ShardPositions;
  readonly read: ShardPositions;
}

export const nothingSeen: Seen = { wrote: {}, read: {} };

export type Kind = keyof Seen;

const needs: Readonly<Record<Guarantee, readonly [of: 'read' | 'write', kind: Kind]>> = {
  'read-your-writes': ['read', 'wrote'],
  'monotonic-reads': ['read', 'read'],
  'monotonic-writes': ['write', 'wrote'],
  'writes-follow-reads': ['write', 'read'],
};

/** What of it a read, or a write, must come after. */
export function kindsFor(of: 'read' | 'write', guarantees: readonly Guarantee[]): readonly Kind[] {
  return guarantees.flatMap((one) => (needs[one][0] === of ? [needs[one][1]] : []));
}

/** Of the shard that is asked: what is seen of others is no business of its log. */
export function positionsOf(seen: Seen, kinds: readonly Kind[], shard: string): readonly Position[] {
  return kinds.flatMap((kind) => seen[kind][shard] ?? []).reduce(withSeen, [] as readonly Position[]);
}

export interface AnswerAt {
  readonly shard: string;
  readonly at: Position;
  /** What the log that answered was asked to contain. What was seen meanwhile, by others of the session, is not of it. */
  readonly after: readonly Position[];
}

/** After an answer at `at` of a log that contains all of `after`: of what it was asked for the last says it all. */
export function afterAnswer(
  seen: Seen,
  kinds: readonly Kind[],
  of: Kind,
  { shard, at, after }: AnswerAt,
): Seen {
  const isOf = (position: Position): boolean => [...after, at].some((one) => samePosition(one, position));
  const shown = (kind: Kind): readonly Position[] => {
    const before = seen[kind][shard] ?? [];
    const now = kind === of ? withSeen(before, at) : before;
    if (!kinds.includes(kind)) return now;
    return [...now.filter((position) => !isOf(position)), ...furthest(now.filter(isOf))];
  };
  return {
    wrote: { ...seen.wrote, [shard]: shown('wrote') },
    read: { ...seen.read, [shard]: shown('read') },
  };
}

/** Without what a log that went another way after `forkedAt` does not have of the epoch of `token`. */
export function withoutLost(seen: Seen, shard: string, token: Position, forkedAt: Position): Seen {
  const kept = ({ epoch, index }: Position): boolean =>
    !sameBallot(epoch, token.epoch) || (sameBallot(epoch, forkedAt.epoch) && index <= forkedAt.index);
  const without = (shards: ShardPositions): ShardPositions => ({
    ...shards,
    [shard]: (shards[shard] ?? []).filter(kept),
  });
  return { wrote: without(seen.wrote), read: without(seen.read) };
}

/** What two devices have seen together. */
export function merged(a: Seen, b: Seen): Seen {
  return { wrote: mergedShards(a.wrote, b.wrote), read: mergedShards(a.read, b.read) };
}

function mergedShards(a: ShardPositions, b: ShardPositions): ShardPositions {
  const shards = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(
    shards.map((shard) => [shard, (b[shard] ?? []).reduce(withSeen, a[shard] ?? [])]),
  );
}

export function tokenOf(cluster: string, mode: string, { wrote, read }: Seen): SessionToken {
  const shards = [...new Set([...Object.keys(wrote), ...Object.keys(read)])].toSorted();
  return {
    schema: 'replab.token/1',
    cluster,
    mode,
    shards: Object.fromEntries(
      shards.map((shard) => [
        shard,
        { wrote: (wrote[shard] ?? []).map(formatPosition), read: (read[shard] ?? []).map(formatPosition) },
      ]),
    ),
  };
}

/** From anywhere: `bad-token` says what is wrong with it. */
export function parseToken(text: string, source: string): SessionToken {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badToken(source, 'It is no JSON');
  }
  const { schema, cluster, mode, shards } = (value ?? {}) as Partial<Record<keyof SessionToken, unknown>>;
  if (schema !== 'replab.token/1') throw badToken(source, 'Its schema is not replab.token/1');
  if (typeof cluster !== 'string' || typeof mode !== 'string' || !isRecord(shards))
    throw badToken(source, 'It names no cluster, no mode or no shards');
  const token = { schema, cluster, mode, shards } as SessionToken;
  seenIn(token, source);
  return token;
}

/** `bad-token` when it is of another cluster. */
/** Of another cluster, or of shards it has not: what nobody is asked for would be promised and not kept. */
export function refuseForeign(
  token: SessionToken,
  { name, mode, shards }: Pick<ClusterSpec, 'name' | 'mode' | 'shards'>,
): void {
  if (token.cluster !== name || token.mode !== mode) {
    const detail = `It is of the cluster ${token.cluster} (${token.mode}), not of ${name} (${mode})`;
    throw badToken('The token', detail);
  }
  const beyond = Object.keys(token.shards).find((shard) => Number(shard) >= shards);
  if (beyond !== undefined) throw badToken('The token', `${name} has no shard ${beyond}`);
}

export function seenIn({ shards }: SessionToken, source: string): Seen {
  const strange = Object.keys(shards).find((shard) => !isShardName(shard));
  if (strange !== undefined) throw badToken(source, `${JSON.stringify(strange)} is no shard such as 0`);
  const positions = (kind: Kind): ShardPositions =>
    Object.fromEntries(
      Object.entries(shards).map(([shard, { [kind]: texts }]) => [shard, positionsIn(texts, source)]),
    );
  return { wrote: positions('wrote'), read: positions('read') };
}

function positionsIn(texts: unknown, source: string): readonly Position[] {
  if (!Array.isArray(texts)) throw badToken(source, 'A shard has no positions');
  return texts.map((text) => {
    const position = typeof text === 'string' ? parsePosition(text) : null;
    if (position === null) throw badToken(source, `${JSON.stringify(text)} is no position such as 1@n1/7`);
    return position;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, object>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === 'object' && one !== null);
}

export function badToken(source: string, detail: string): ReplabError {
  return new ReplabError('bad-token', { source, detail });
}
