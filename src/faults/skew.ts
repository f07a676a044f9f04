import { exactDuration, parseDuration } from '../lib/duration.ts';
import type { NodeFaultKind, ParamsOf } from './fault.ts';
import { nodeFault } from './places.ts';
import { readWords } from './words.ts';

const mostOffsetMs = 1000 * 3_600_000;
/** A clock that runs backward, or stands, is another fault than this one. */
const mostPercent = 90;

const flags = [
  { flag: '--offset', field: 'offsetMs', read: readOffset },
  { flag: '--drift', field: 'driftPercent', read: readPercent },
  { flag: '--monotonic-drift', field: 'monotonicDriftPercent', read: readPercent },
] as const;

/**
 * A node's calendar is off by an offset, and goes on going wrong by a drift. Timers and leases run on the
 * monotonic clock, which it leaves alone unless asked to: that one's rate is what a lease has to assume.
 */
export const skew: NodeFaultKind<'skew'> = {
  kind: 'skew',
  on: 'node',
  summary: "Set a node's clock wrong: by an offset, a drift, or both.",
  usage: 'skew n1 --offset 5s --drift 1%',
  counts: (params) => [
    ...(bendsCalendar(params) ? ['stamps'] : []),
    ...(bendsTimers(params) ? ['timers'] : []),
  ],
  replaces: (added, other) => added.node === other.node,

  parse(args, nodes) {
    const names = flags.map(({ flag }) => flag);
    const words = readWords(args, [], names);
    if (typeof words === 'string') return words;
    const [node] = words.plain;
    if (node === undefined || words.plain.length > 1) return 'say one node, like n1';
    const fault = nodeFault(node, nodes);
    if (fault !== null) return fault;
    const params = { offsetMs: 0, driftPercent: 0, monotonicDriftPercent: 0 };
    for (const { flag, field, read } of flags) {
      const text = words.values.get(flag);
      if (text === undefined) continue;
      const value = read(text);
      if (typeof value === 'string') return `${flag} is ${value}`;
      params[field] = value;
    }
    if (Object.values(params).every((value) => value === 0)) {
      return 'say how wrong the clock is: --offset 5s, --drift 1%, or --monotonic-drift 1%';
    }
    return { kind: 'skew', node, ...params };
  },

  format({ node, offsetMs, driftPercent, monotonicDriftPercent }) {
    return [
      `skew ${node}`,
      ...(offsetMs === 0 ? [] : [`--offset ${offsetMs < 0 ? '-' : ''}${exactDuration(Math.abs(offsetMs))}`]),
      ...(driftPercent === 0 ? [] : [`--drift ${driftPercent}%`]),
      ...(monotonicDriftPercent === 0 ? [] : [`--monotonic-drift ${monotonicDriftPercent}%`]),
    ].join(' ');
  },

  conditions: (params, since) => ({
    ...(bendsCalendar(params)
      ? { calendar: { offsetMs: params.offsetMs, drift: params.driftPercent / 100, since } }
      : {}),
    ...(bendsTimers(params) ? { monotonicRate: 1 + params.monotonicDriftPercent / 100 } : {}),
  }),
};

/** A skew bends the calendar, the clock that timers run on, or both. */
function bendsCalendar({ offsetMs, driftPercent }: ParamsOf<'skew'>): boolean {
  return offsetMs !== 0 || driftPercent !== 0;
}

function bendsTimers({ monotonicDriftPercent }: ParamsOf<'skew'>): boolean {
  return monotonicDriftPercent !== 0;
}

function readOffset(text: string): number | string {
  const ms = parseDuration(text.replace(/^[-+]/, ''));
  if (ms === null || ms > mostOffsetMs) return 'a duration of at most 1000h, like 5s or -250ms';
  return text.startsWith('-') ? 0 - ms : ms;
}

function readPercent(text: string): number | string {
  const match = /^([-+]?\d{1,2}(?:\.\d{1,4})?)%$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]) + 0;
  return Math.abs(percent) <= mostPercent ? percent : `a percentage from -${mostPercent}% to ${mostPercent}%`;
}
