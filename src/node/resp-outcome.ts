import type { NodeId } from '../protocol/node-id.ts';
import { formatPosition, parsePosition, type Position } from '../protocol/position.ts';
import type { Outcome } from '../protocol/request.ts';

/**
 * Outcomes that are no results, as error replies and back (R2). The first word carries definiteness:
 * only `UNKNOWN` is indefinite; everything else, `ERR` included, did not and will not happen.
 *
 *   READONLY n2 is a follower; the leader is n1 at 127.0.0.1:41001
 *   CLUSTERDOWN n2 knows no leader
 *   REFUSED <code> <sentence>
 *   REFUSED write-lost <token> <position of the fork> <sentence>
 *   UNKNOWN <code> <position or -> <copies or -> <sentence>
 */
export type Failure = Exclude<Outcome, { type: 'ok' }>;

/** The ports at which clients reach the nodes. */
export type ClientPorts = Readonly<Record<NodeId, number>>;

export interface Redirect {
  readonly leader: NodeId;
  /** On 127.0.0.1. */
  readonly port: number;
}

export type ParsedError =
  | { readonly type: 'readonly'; readonly redirect: Redirect }
  | { readonly type: 'clusterdown' }
  | { readonly type: 'refused'; readonly code: string; readonly detail: string }
  | { readonly type: 'write-lost'; readonly token: Position; readonly forkedAt: Position }
  | {
      readonly type: 'unknown';
      readonly code: string;
      readonly at: Position | null;
      readonly copies: number | null;
    }
  /** A command that was not understood: it did not happen. */
  | { readonly type: 'other'; readonly text: string };

export function formatFailure(failure: Failure, self: NodeId, ports: ClientPorts): string {
  if (failure.type === 'unknown') {
    const at = failure.at === undefined ? '-' : formatPosition(failure.at);
    return `UNKNOWN ${failure.code} ${at} ${failure.copies ?? '-'} it may have happened, or may yet`;
  }
  const { code, leader, detail, lost } = failure;
  if (code === 'no-leader') return `CLUSTERDOWN ${self} knows no leader`;
  if (code === 'not-leader') return notLeader(self, leader ?? null, ports);
  const where = lost === undefined ? '' : `${formatPosition(lost.token)} ${formatPosition(lost.forkedAt)} `;
  return `REFUSED ${code} ${where}${detail ?? sentences[code]}`;
}

function notLeader(self: NodeId, leader: NodeId | null, ports: ClientPorts): string {
  const port = leader === null ? undefined : ports[leader];
  if (leader === null || port === undefined) return `CLUSTERDOWN ${self} knows no leader`;
  return `READONLY ${self} is a follower; the leader is ${leader} at 127.0.0.1:${port}`;
}

const sentences = {
  fenced: 'this node has been fenced off by a later epoch',
  'stale-leader': 'this client has seen a later epoch than this node has',
  rewinding: 'this node is undoing entries that the leader does not have',
  stopped: 'this node has stopped applying its log',
  'turn-failed': 'this node could not write to its store, and took it back',
  'not-an-integer': 'value is not an integer or out of range',
  overflow: 'increment or decrement would overflow',
  'too-large': 'a key, a value or the entry is larger than the store takes',
  unsupported: 'this mode does not know that operation',
  behind: 'this node does not have yet what the client has seen',
  'write-lost': "what the client has seen is not in this node's log, which went another way from there",
  'cross-shard': 'the keys are in different shards; a tag as in cart:{alice} keeps keys together',
} as const satisfies Record<
  Exclude<Extract<Outcome, { type: 'refused' }>['code'], 'no-leader' | 'not-leader'>,
  string
>;

/** Reads an error reply of a node's client port. */
export function parseFailure(text: string): ParsedError {
  const [word, code = '', at = '-', copies = '-'] = text.split(' ');
  switch (word) {
    case 'READONLY':
      return parseReadonly(text);
    case 'CLUSTERDOWN':
      return { type: 'clusterdown' };
    case 'REFUSED':
      return parseLost(text) ?? { type: 'refused', code, detail: text.split(' ').slice(2).join(' ') };
    case 'UNKNOWN':
      return {
        type: 'unknown',
        code,
        at: parsePosition(at),
        copies: /^\d+$/.test(copies) ? Number(copies) : null,
      };
    default:
      return { type: 'other', text };
  }
}

function parseLost(text: string): ParsedError | null {
  const [, code, first = '', second = ''] = text.split(' ');
  const token = parsePosition(first);
  const forkedAt = parsePosition(second);
  if (code !== 'write-lost' || token === null || forkedAt === null) return null;
  return { type: 'write-lost', token, forkedAt };
}

function parseReadonly(text: string): ParsedError {
  const match = / the leader is (n\d+) at 127\.0\.0\.1:(\d+)$/.exec(text);
  if (match === null) return { type: 'clusterdown' };
  return { type: 'readonly', redirect: { leader: match[1]!, port: Number(match[2]) } };
}
