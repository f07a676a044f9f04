import { formatDuration, parseDuration } from '../../lib/duration.ts';
import { unreachable } from '../../lib/assert.ts';
import type { NodeId } from '../node-id.ts';
import type { ModeOptions, OptionSpec } from '../protocol.ts';

/** Which followers must hold a write before it is acknowledged (F5). */
export type SyncRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'all' }
  | { readonly kind: 'majority' };

/** What a follower must have done with a write to be counted. */
export type AckLevel = 'received' | 'durable' | 'applied';

/** What the leader does when the followers its rule needs stay silent (F6, F7). */
export type OnSyncLost = 'block' | 'degrade' | 'handover';

/** In force on all replicas: the newest `config` entry of the log. */
export interface Settings {
  readonly sync: SyncRule;
  readonly ack: AckLevel;
  readonly onSyncLost: OnSyncLost;
  readonly writeTimeoutMs: number;
  readonly syncTimeoutMs: number;
}

function parseSync(text: string, members: readonly NodeId[]): SyncRule | string {
  if (text === 'none' || text === 'all' || text === 'majority') return { kind: text };
  if (members.includes(text)) return { kind: 'node', node: text };
  if (/^\d{1,4}$/.test(text)) {
    const count = Number(text);
    if (count === 0) return { kind: 'none' };
    if (count < members.length) return { kind: 'count', count };
    return `at most ${members.length - 1}, the number of followers`;
  }
  return 'none, a number of followers, all, majority, or the name of a node';
}

export function formatSync(rule: SyncRule): string {
  switch (rule.kind) {
    case 'none':
    case 'all':
    case 'majority':
      return rule.kind;
    case 'count':
      return String(rule.count);
    case 'node':
      return rule.node;
    default:
      return unreachable(rule);
  }
}

function oneOf(...words: readonly string[]): OptionSpec['check'] {
  return (text) => (words.includes(text) ? null : words.join(', '));
}

function durationWithin(lowMs: number, highMs: number): OptionSpec['check'] {
  const expected = `a duration from ${formatDuration(lowMs)} to ${formatDuration(highMs)}`;
  return (text) => {
    const ms = parseDuration(text);
    return ms !== null && ms >= lowMs && ms <= highMs ? null : expected;
  };
}

const hourMs = 3_600_000;

export const singleLeaderOptions: readonly OptionSpec[] = [
  {
    name: 'sync',
    placeholder: 'none|K|all|NODE|majority',
    summary: 'followers that must hold a write before it is acknowledged',
    fallback: 'none',
    live: true,
    check(text, members) {
      const rule = parseSync(text, members);
      return typeof rule === 'string' ? rule : null;
    },
  },
  {
    name: 'ack',
    placeholder: 'received|durable|applied',
    summary: 'what a follower must have done with a write to be counted',
    fallback: 'durable',
    live: true,
    check: oneOf('received', 'durable', 'applied'),
  },
  {
    name: 'on-sync-lost',
    placeholder: 'block|degrade|handover',
    summary: 'when those followers stay silent: wait, go on without them, or name another (with --sync NODE)',
    fallback: 'block',
    live: true,
    check: oneOf('block', 'degrade', 'handover'),
  },
  {
    name: 'write-timeout',
    placeholder: 'DURATION',
    summary: 'how long a write waits for them before its outcome is unknown',
    fallback: '5s',
    live: true,
    check: durationWithin(1, hourMs),
  },
  {
    name: 'sync-timeout',
    placeholder: 'DURATION',
    summary: 'how long they may stay silent before the leader counts them as lost',
    fallback: '2s',
    live: true,
    check: durationWithin(1, hourMs),
  },
  {
    name: 'election-timeout',
    placeholder: 'DURATION',
    summary: 'silence after which a leader or a follower is suspected',
    fallback: '1500ms',
    live: false,
    check: durationWithin(100, hourMs),
  },
];

/** Settings from option texts; what is absent falls back. A text is the reason why not: `name: expected`. */
export function parseSettings(texts: ModeOptions, members: readonly NodeId[]): Settings | string {
  const text = (name: string): string => texts[name] ?? fallbackOf(name);
  for (const option of singleLeaderOptions) {
    const expected = option.check(text(option.name), members);
    if (expected !== null) return `${option.name}: expected ${expected}`;
  }
  const sync = parseSync(text('sync'), members);
  if (typeof sync === 'string') return `sync: expected ${sync}`;
  const onSyncLost = text('on-sync-lost') as OnSyncLost;
  if (onSyncLost === 'handover' && sync.kind !== 'node') {
    return 'on-sync-lost: handover passes on the part of one named follower, so it needs sync=NODE';
  }
  return {
    sync,
    ack: text('ack') as AckLevel,
    onSyncLost,
    writeTimeoutMs: parseDuration(text('write-timeout'))!,
    syncTimeoutMs: parseDuration(text('sync-timeout'))!,
  };
}

/** The inverse: every live option by name. */
export function formatSettings(settings: Settings): Readonly<Record<string, string>> {
  return {
    sync: formatSync(settings.sync),
    ack: settings.ack,
    'on-sync-lost': settings.onSyncLost,
    'write-timeout': formatDuration(settings.writeTimeoutMs),
    'sync-timeout': formatDuration(settings.syncTimeoutMs),
  };
}

function fallbackOf(name: string): string {
  return singleLeaderOptions.find((option) => option.name === name)?.fallback ?? '';
}
