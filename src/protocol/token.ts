import {
  compareBallots,
  comparePositions,
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

/**
 * What a session has seen, shard by shard: positions that a log must contain to serve it (S1). Of one epoch the
 * furthest says it all; of several there is one each, since one may be lost and the others not.
 */
export type ShardPositions = Readonly<Record<string, readonly Position[]>>;

/** The one shard of a cluster that has one. */
const onlyShard = '0';

const shardPattern = /^(0|[1-9]\d{0,3})$/;

/** As tokens name it: one shard has one name. */
export function isShardName(text: string): boolean {
  return shardPattern.test(text);
}

/** `0=1@n1/3`; several with commas between. */
export function formatShards(shards: ShardPositions): string {
  return Object.entries(shards)
    .flatMap(([shard, positions]) => positions.map((position) => `${shard}=${formatPosition(position)}`))
    .join(',');
}

/** The inverse of `formatShards`. A position alone is one of the only shard. Null for anything else. */
export function parseShards(text: string): ShardPositions | null {
  const shards: Record<string, readonly Position[]> = {};
  for (const [shard, position] of partsOf(text, parsePosition)) {
    if (position === null) return null;
    shards[shard] = withSeen(shards[shard] ?? [], position);
  }
  return shards;
}

/** By shard, the highest epoch that a client has seen (F15). */
export type ShardEpochs = Readonly<Record<string, Ballot>>;

/** `4@n2`, of the only shard, or `0=4@n2,1=5@n3`. Null for anything else. */
export function parseShardEpochs(text: string): ShardEpochs | null {
  const shards: Record<string, Ballot> = {};
  for (const [shard, epoch] of partsOf(text, parseBallot)) {
    if (epoch === null || Object.hasOwn(shards, shard)) return null;
    shards[shard] = epoch;
  }
  return shards;
}

/** Each part with its shard; null for one that cannot be read. */
function partsOf<T>(
  text: string,
  parse: (part: string) => T | null,
): readonly (readonly [shard: string, value: T | null])[] {
  return text.split(',').map((part) => {
    const [shard = '', value = ''] = part.includes('=') ? part.split('=', 2) : [onlyShard, part];
    return [shard, isShardName(shard) ? parse(value) : null];
  });
}

/** And this one too: of its epoch the furthest stays. Before the first entry there is nothing to see. */
export function withSeen(seen: readonly Position[], position: Position): readonly Position[] {
  if (position.index === 0) return seen;
  const same = seen.find(({ epoch }) => sameBallot(epoch, position.epoch));
  if (same === undefined) return [...seen, position];
  return same.index >= position.index ? seen : seen.map((one) => (one === same ? position : one));
}

/** Of positions in one log, which is what answered: the last of them says it all. */
export function furthest(seen: readonly Position[]): readonly Position[] {
  return seen.toSorted(comparePositions).slice(-1);
}

/** The log that is asked, as far as a token is concerned. */
export interface TokenView {
  readonly epochs: readonly EpochStart[];
  readonly last: Position;
  readonly applied: Position;
}

export type TokenCheck =
  | { readonly held: 'yes' }
  | { readonly held: 'not-yet' | 'lost'; readonly token: Position; readonly forkedAt: Position };

const yes: TokenCheck = { held: 'yes' };

/**
 * S1: may a replica with this log serve who has seen `token`? Never by order alone (P4): `4@n1/120` is not
 * in a log that ends at `5@n2/200` and branched off at 110. A log of lower epochs only does not show that
 * the entry is lost, whatever it holds in its place: it may itself be what will be cut.
 */
export function checkToken(view: TokenView, tokens: readonly Position[]): TokenCheck {
  const checks = tokens.map((token) => checkOne(view, token));
  return checks.find(({ held }) => held === 'lost') ?? checks.find(({ held }) => held === 'not-yet') ?? yes;
}

function checkOne({ epochs, last, applied }: TokenView, token: Position): TokenCheck {
  const held = containsAt(epochs, last, token);
  if (held === 'yes' && applied.index >= token.index) return yes;
  const forkedAt = forkBefore(epochs, last, token);
  const lost = held === 'forked' && compareBallots(last.epoch, token.epoch) >= 0;
  return { held: lost ? 'lost' : 'not-yet', token, forkedAt };
}

/** The last entry of a forked log that the token's branch can have as well. */
function forkBefore(epochs: readonly EpochStart[], last: Position, token: Position): Position {
  const next = epochs.find(({ epoch }) => compareBallots(epoch, token.epoch) > 0);
  const end = next === undefined ? last.index : next.firstIndex - 1;
  const own = epochs.some(({ epoch }) => sameBallot(epoch, token.epoch));
  const index = Math.min(end, own ? token.index : token.index - 1);
  return { epoch: epochAt(epochs, index), index };
}
