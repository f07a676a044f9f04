import type { NodeId } from './node-id.ts';
import type { Ballot, Position } from './position.ts';

/** Drawn by the host, unique within a boot. */
export type RequestId = number;

export type ReadOp =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'mget'; readonly keys: readonly string[] }
  | { readonly kind: 'exists'; readonly keys: readonly string[] }
  | { readonly kind: 'size' }
  /** One page of keys in order, after `after`: at most `limit` keys and 1 MiB, all at one position. */
  | { readonly kind: 'scan'; readonly after: string | null; readonly limit: number };

export type WriteOp =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'del'; readonly keys: readonly string[] }
  /** `by`: a signed decimal 64-bit integer. A missing key counts as 0. */
  | { readonly kind: 'incr'; readonly key: string; readonly by: string }
  /** Null is "absent", on either side. */
  | {
      readonly kind: 'cas';
      readonly key: string;
      readonly expected: string | null;
      readonly value: string | null;
    };

/** Answers once `count` replicas (the leader among them) hold `at`, or with the count it has after `timeoutMs`. */
export interface CopiesOp {
  readonly kind: 'copies';
  readonly at: Position;
  readonly count: number;
  readonly timeoutMs: number;
}

export type Op = ReadOp | WriteOp | CopiesOp;

export interface Request {
  readonly op: Op;
  /** Idempotency key of a write: with it, repeating a write whose outcome is unknown is safe. */
  readonly client?: string;
  readonly seq?: number;
  /** The highest epoch this client has seen; fences a leader that is behind it (F15). */
  readonly epochSeen?: Ballot;
  /** S1: served only by a log that contains these positions, and shows them; a write follows them in the log. */
  readonly after?: readonly Position[];
  /** How long a read waits for that; without it not at all. */
  readonly waitMs?: number;
}

export type Result =
  | { readonly kind: 'value'; readonly value: string | null }
  | { readonly kind: 'values'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'count'; readonly count: number }
  /** Decimal, since a 64-bit integer is no JavaScript number. */
  | { readonly kind: 'integer'; readonly value: string }
  | { readonly kind: 'written' }
  | { readonly kind: 'cas'; readonly swapped: boolean; readonly value: string | null }
  | { readonly kind: 'page'; readonly pairs: readonly (readonly [string, string])[]; readonly more: boolean };

/** Definite: the operation did not and will not happen. */
export type RefusedCode =
  | 'not-leader'
  | 'no-leader'
  | 'fenced'
  | 'stale-leader'
  | 'rewinding'
  | 'stopped'
  | 'turn-failed'
  | 'not-an-integer'
  | 'overflow'
  | 'too-large'
  | 'unsupported'
  /** The log does not contain what the client has seen, yet. */
  | 'behind'
  /** It never will: what the client has seen is not in the history that this log is of. */
  | 'write-lost'
  /** By the host: the keys of one operation are in several shards. */
  | 'cross-shard';

/** Indefinite: it may have happened, or may yet. */
export type UnknownCode = 'not-replicated' | 'stepped-down' | 'recovered' | 'turn-failed' | 'node-stopping';

/**
 * What became of an operation (B0.1). The node decides which; a client turns silence into `unknown`.
 * `at`: the position of the write, or the one a read was made at. `copies`: replicas that hold it at the
 * level the acknowledgement rule counts, the leader among them; 1 for reads.
 */
export type Outcome =
  | { readonly type: 'ok'; readonly at: Position; readonly copies: number; readonly result: Result }
  | {
      readonly type: 'refused';
      readonly code: RefusedCode;
      readonly leader?: NodeId | null;
      readonly detail?: string;
      /** Of `write-lost`. `forkedAt`: the last place of this log that the lost branch can have had as well. */
      readonly lost?: { readonly token: Position; readonly forkedAt: Position };
    }
  | {
      readonly type: 'unknown';
      readonly code: UnknownCode;
      readonly at?: Position;
      readonly copies?: number;
    };

export function isWrite(op: Op): op is WriteOp {
  return op.kind === 'put' || op.kind === 'del' || op.kind === 'incr' || op.kind === 'cas';
}
