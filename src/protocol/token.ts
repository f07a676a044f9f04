import {
  compareBallots,
  containsAt,
  epochAt,
  formatPosition,
  parseBallot,
  parsePosition,
  sameBallot,
  type Ballot,
  type EpochStart,
  type Position,
} from './position.ts';

/** What a session has seen, shard by shard: positions that a log must contain to serve it (S1). */
export type ShardPositions = Readonly<Record<string, Position>>;

/** The one shard of a cluster that has one. */
const onlyShard = '0';

const shardPattern = /^\d{1,4}$/;

/** `0=1@n1/3`; several with commas between. */
export function formatShards(shards: ShardPositions): string {
  return Object.entries(shards)
    .map(([shard, position]) => `${shard}=${formatPosition(position)}`)
    .join(',');
}

/** The inverse of `formatShards`. A position alone is one of the only shard. Null for anything else. */
export function parseShards(text: string): ShardPositions | null {
  return parseByShard(text, parsePosition);
}

/** By shard, the highest epoch that a client has seen (F15). */
export type ShardEpochs = Readonly<Record<string, Ballot>>;

/** `4@n2`, of the only shard, or `0=4@n2,1=5@n3`. Null for anything else. */
export function parseShardEpochs(text: string): ShardEpochs | null {
  return parseByShard(text, parseBallot);
}

function parseByShard<T>(
  text: string,
  parse: (part: string) => T | null,
): Readonly<Record<string, T>> | null {
  const shards: Record<string, T> = {};
  for (const part of text.split(',')) {
    const [shard, value] = part.includes('=') ? part.split('=', 2) : [onlyShard, part];
    const parsed = parse(value ?? '');
    if (parsed === null || !shardPattern.test(shard!) || Object.hasOwn(shards, shard!)) return null;
    shards[shard!] = parsed;
  }
  return shards;
}

/** The log that is asked, as far as a token is concerned. */
export interface TokenView {
  readonly epochs: readonly EpochStart[];
  readonly last: Position;
  readonly applied: Position;
}

export type TokenCheck =
  | { readonly held: 'yes' | 'not-yet' }
  | { readonly held: 'lost'; readonly forkedAt: Position };

/**
 * S1: may a replica with this log serve who has seen `token`? Never by order alone (P4): `4@n1/120` is not
 * in a log that ends at `5@n2/200` and branched off at 110. A log of lower epochs only does not show that
 * the entry is lost, whatever it holds in its place: it may itself be what will be cut.
 */
export function checkToken({ epochs, last, applied }: TokenView, token: Position): TokenCheck {
  const held = containsAt(epochs, last, token);
  if (held === 'yes') return { held: applied.index >= token.index ? 'yes' : 'not-yet' };
  if (held === 'not-yet' || compareBallots(last.epoch, token.epoch) < 0) return { held: 'not-yet' };
  return { held: 'lost', forkedAt: forkBefore(epochs, last, token) };
}

/** The last entry of a forked log that the token's branch can have as well. */
function forkBefore(epochs: readonly EpochStart[], last: Position, token: Position): Position {
  const next = epochs.find(({ epoch }) => compareBallots(epoch, token.epoch) > 0);
  const end = next === undefined ? last.index : next.firstIndex - 1;
  const own = epochs.some(({ epoch }) => sameBallot(epoch, token.epoch));
  const index = Math.min(end, own ? token.index : token.index - 1);
  return { epoch: epochAt(epochs, index), index };
}

/** The later of two positions of one log; of two branches, the one of the higher epoch. */
export function furtherOf(a: Position | null, b: Position): Position {
  if (a === null) return b;
  const order = compareBallots(a.epoch, b.epoch);
  return order > 0 || (order === 0 && a.index >= b.index) ? a : b;
}
