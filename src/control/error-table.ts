import type { RefusedCode, UnknownCode } from '../protocol/request.ts';
import { clusterErrors } from './cluster-errors.ts';
import type { ErrorRow } from './error-row.ts';
import { labErrors } from './lab-errors.ts';
import { loadErrors } from './load-errors.ts';
import { nodeErrors } from './node-errors.ts';
import { sessionErrors } from './session-errors.ts';

/** Everything the command line, the client and the supervisor can say went wrong. */
export const errorTable = {
  ...clusterErrors,
  ...labErrors,
  ...loadErrors,
  ...nodeErrors,
  ...sessionErrors,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** A code for every outcome a node can answer: adding one to the protocol without a row here fails to compile. */
export const refusedCodes = {
  'not-leader': 'not-leader',
  'no-leader': 'no-leader',
  fenced: 'fenced',
  'stale-leader': 'stale-leader',
  rewinding: 'rewinding',
  stopped: 'stopped',
  'turn-failed': 'turn-failed',
  'not-an-integer': 'not-an-integer',
  overflow: 'overflow',
  'too-large': 'too-large',
  unsupported: 'unsupported',
  behind: 'not-seen-yet',
  'write-lost': 'write-lost',
  'cross-shard': 'cross-shard',
} as const satisfies Record<RefusedCode, ErrorCode>;

export const unknownCodes = {
  'not-replicated': 'not-replicated',
  'stepped-down': 'stepped-down',
  recovered: 'recovered',
  'turn-failed': 'commit-failed',
  'node-stopping': 'node-stopping',
} as const satisfies Record<UnknownCode, ErrorCode>;
