import { refusedCodes, unknownCodes, type ErrorCode } from '../control/error-table.ts';
import { lostFacts, ReplabError } from '../control/errors.ts';
import type { Facts } from '../control/message.ts';
import { parseFailure, type ParsedError } from '../node/resp-outcome.ts';
import type { RespValue } from '../node/resp-value.ts';
import { unreachable } from '../lib/assert.ts';
import { formatPosition, parsePosition, type Position } from '../protocol/position.ts';

/** The answer of RL.GET, RL.PUT and their like. */
export interface Placed {
  /** Where the write went, or what position was read at. */
  readonly at: Position;
  /** Replicas that hold the write, the leader among them; 1 for reads. */
  readonly copies: number;
  readonly result: RespValue;
}

/** Throws ReplabError `internal` for what no node of this version answers. */
export function placedOf(value: RespValue): Placed {
  const [at, copies, result] = itemsOf(value);
  const position = parsePosition(textOf(at));
  if (position === null || result === undefined) throw garbled(value);
  return { at: position, copies: numberOf(copies), result };
}

export function itemsOf(value: RespValue | undefined): readonly RespValue[] {
  if (value?.kind !== 'array') throw garbled(value);
  return value.items;
}

export function numberOf(value: RespValue | undefined): number {
  if (value?.kind !== 'integer') throw garbled(value);
  return Number(value.value);
}

export function textOf(value: RespValue | undefined): string {
  const text = textOrNull(value);
  if (text === null) throw garbled(value);
  return text;
}

export function textOrNull(value: RespValue | undefined): string | null {
  if (value?.kind === 'bulk' || value?.kind === 'simple') return value.text;
  if (value?.kind === 'integer') return value.value;
  if (value?.kind === 'null') return null;
  throw garbled(value);
}

function garbled(value: RespValue | undefined): ReplabError {
  return new ReplabError('internal', {
    message: `a node answered ${JSON.stringify(value ?? null).slice(0, 200)}`,
  });
}

/** An error reply as the error it means (R2). `facts`: what the asker knows. */
export function errorOfReply(text: string, facts: Facts): ReplabError {
  const parsed = parseFailure(text);
  switch (parsed.type) {
    case 'readonly':
      return new ReplabError('not-leader', { ...facts, leader: parsed.redirect.leader });
    case 'clusterdown':
      return new ReplabError('no-leader', facts);
    case 'refused':
      return new ReplabError(codeIn(refusedCodes, parsed.code) ?? 'unsupported', {
        ...facts,
        detail: parsed.detail,
      });
    case 'write-lost':
      return new ReplabError('write-lost', { ...facts, ...lostFacts(parsed) });
    case 'unknown':
      return unknownError(parsed, facts);
    case 'other':
      return new ReplabError('unsupported', { ...facts, detail: parsed.text });
    default:
      return unreachable(parsed);
  }
}

/** A code this version does not know is still indefinite: `recovered` says no more than that. */
function unknownError(parsed: Extract<ParsedError, { type: 'unknown' }>, facts: Facts): ReplabError {
  const at = parsed.at === null ? null : formatPosition(parsed.at);
  return new ReplabError(codeIn(unknownCodes, parsed.code) ?? 'recovered', {
    ...facts,
    at,
    copies: parsed.copies,
  });
}

function codeIn(codes: Readonly<Record<string, ErrorCode>>, code: string): ErrorCode | null {
  return Object.hasOwn(codes, code) ? codes[code]! : null;
}
