import type { Entry } from '../protocol/entry.ts';
import {
  formatBallot,
  formatPosition,
  zeroPosition,
  type Ballot,
  type Position,
} from '../protocol/position.ts';
import type { Effect, Message, OperatorCommand, TraceEvent } from '../protocol/protocol.ts';
import type { Op, Outcome } from '../protocol/request.ts';
import { changesOf } from './mirror.ts';

/** Messages and events in words, for dialogues and the last lines before a failure. */
export function messageWords(message: Message): string {
  const fields = Object.entries(message).filter(([name]) => name !== 'class');
  const known = wording[message.class as keyof typeof wording];
  return `${message.class} ${known === undefined ? fields.map(fieldWords).join(' ') : known(Object.fromEntries(fields))}`.trimEnd();
}

type Fields = Readonly<Record<string, unknown>>;

/** Read by shape and not by type: what this tells must not depend on one mode's unions. */
const wording = {
  heartbeat: (m: Fields) => `${ballot(m)}, ends at ${at(m['last'])}, covered to ${at(m['committed'])}`,
  ack: (m: Fields) =>
    `${ballot(m)}, ${m['stream'] === null ? 'not subscribed, ' : ''}holds ${at(m['durable'])}`,
  subscribe: (m: Fields) => `${ballot(m)}, from ${at(m['last'])} on`,
  reject: rejectWords,
  append: appendWords,
};

function rejectWords(m: Fields): string {
  const reason = String(m['reason']);
  if (reason === 'stale-epoch') return `the epoch is ${formatBallot(m['epoch'] as Ballot)} now`;
  if (reason === 'fork') return `the logs part after ${at(m['fork'])}`;
  return reason.replaceAll('-', ' ');
}

function appendWords(m: Fields): string {
  const entries = m['entries'] as readonly Entry[];
  const after = `after ${at(m['previous'])}`;
  if (entries.length === 0) return `nothing ${after}`;
  const [first, last] = [entries[0]!.at, entries.at(-1)!.at];
  const range = entries.length === 1 ? formatPosition(first) : `${formatPosition(first)}..${last.index}`;
  return `${range} (${entries.slice(0, 4).map(entryWords).join(', ')}${entries.length > 4 ? ', …' : ''}) ${after}`;
}

function entryWords(entry: Entry): string {
  if (entry.body.kind === 'epochStart') return 'epoch start';
  if (entry.body.kind === 'config') return `config sync=${(entry.body.config as Fields)['sync'] as string}`;
  return changesOf(entry)
    .map((change) => `${change.key}${change.new === null ? ' deleted' : `=${short(change.new)}`}`)
    .join(' ');
}

export function operationWords(op: Op): string {
  switch (op.kind) {
    case 'put':
      return `put ${op.key} ${short(op.value)}`;
    case 'del':
      return `del ${op.keys.join(' ')}`;
    case 'incr':
      return `incr ${op.key} ${op.by}`;
    case 'cas':
      return `cas ${op.key} ${short(op.expected ?? 'absent')} ${short(op.value ?? 'absent')}`;
    case 'get':
      return `get ${op.key}`;
    default:
      return op.kind;
  }
}

export function outcomeWords(outcome: Outcome): string {
  if (outcome.type === 'refused') {
    return `refused: ${outcome.code}${outcome.leader == null ? '' : `, the leader is ${outcome.leader}`}`;
  }
  if (outcome.type === 'unknown') {
    return `unknown: ${outcome.code}${outcome.at === undefined ? '' : `, it is at ${formatPosition(outcome.at)}`}`;
  }
  const { result } = outcome;
  const value = result.kind === 'value' ? ` ${result.value === null ? 'absent' : short(result.value)}` : '';
  return `ok${value} at ${formatPosition(outcome.at)}, copies ${outcome.copies}`;
}

const nowhere = formatPosition(zeroPosition);

export function traceWords({ name, fields }: TraceEvent): string {
  const words = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${value === nowhere ? 'the beginning' : value}`);
  return [name, ...words].join(' ');
}

export function commandWords(command: OperatorCommand): string {
  if (command.kind === 'promote') return `promote ${formatBallot(command.ballot)}`;
  return `set ${Object.entries(command.settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
}

export function effectWords(effect: Effect): string {
  if (effect.type === 'send') return `to ${effect.to}: ${messageWords(effect.message)}`;
  if (effect.type === 'reply') return `answers ${outcomeWords(effect.outcome)}`;
  if (effect.type === 'trace') return traceWords(effect.event);
  return `timer ${effect.name}`;
}

function fieldWords([name, value]: readonly [string, unknown]): string {
  return `${name}=${JSON.stringify(value)}`;
}

function ballot(m: Fields): string {
  return formatBallot(m['epoch'] as Ballot);
}

function at(position: unknown): string {
  const known = position as Position;
  return known.index === 0 ? 'the beginning' : formatPosition(known);
}

function short(text: string): string {
  return text.length > 24 ? `${text.slice(0, 20)}… (${text.length})` : text;
}
