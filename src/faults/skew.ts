import { exactDuration, parseDuration } from '../lib/duration.ts';
import type { NodeFaultKind } from './fault.ts';
import { nodeFault } from './places.ts';

const mostOffsetMs = 1000 * 3_600_000;
/** A clock that runs backward, or stands, is another fault than this one. */
const mostPercent = 90;

const flags = {
  '--offset': { field: 'offsetMs', read: readOffset },
  '--drift': { field: 'driftPercent', read: readPercent },
  '--monotonic-drift': { field: 'monotonicDriftPercent', read: readPercent },
} as const;

/**
 * A node's calendar is off by an offset, and goes on going wrong by a drift. Timers and leases run on the
 * monotonic clock, which it leaves alone unless asked to: that one's rate is what a lease has to assume.
 */
export const skew: NodeFaultKind<'skew'> = {
  kind: 'skew',
  on: 'node',
  summary: "Set a node's clock wrong: by an offset, a drift, or both.",
  usage: 'skew n1 --offset 5s --drift 1%',
  counts: () => ['stamps'],
  replaces: (added, other) => added.node === other.node,

  parse([node, ...words], nodes) {
    if (node === undefined) return 'say one node, like n1';
    const fault = nodeFault(node, nodes);
    if (fault !== null) return fault;
    const params = { offsetMs: 0, driftPercent: 0, monotonicDriftPercent: 0 };
    for (let at = 0; at < words.length; at += 2) {
      const flag = flags[words[at] as keyof typeof flags];
      if (flag === undefined) return `there is no ${words[at]}; a skew has ${Object.keys(flags).join(', ')}`;
      const value = flag.read(words[at + 1] ?? '');
      if (typeof value === 'string') return `${words[at]} is ${value}`;
      params[flag.field] = value;
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

  conditions: ({ offsetMs, driftPercent, monotonicDriftPercent }, since) => ({
    clock: { offsetMs, drift: driftPercent / 100, since, monotonicDrift: monotonicDriftPercent / 100 },
  }),
};

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
