import { isClientPlace } from '../cluster/place.ts';
import { exactDuration, parseDuration } from '../lib/duration.ts';
import {
  lanes as allLanes,
  messageClasses,
  type Lane,
  type MessageClass,
} from '../protocol/message-class.ts';
import type { FlowFaultKind, ParamsOf } from './fault.ts';
import { receiverOf, senderOf } from './flow.ts';
import { formatRate, parsePercent, parseRate } from './measures.ts';
import { formatEnds, readEnds } from './places.ts';
import { readWords, type Words } from './words.ts';

type Params = ParamsOf<'link'>;
type Measures = Pick<Params, 'delayMs' | 'jitterMs' | 'bytesPerSecond' | 'loss' | 'duplicate' | 'reorder'>;

const longestMs = 60_000;
const flags = [
  '--delay',
  '--jitter',
  '--bandwidth',
  '--loss',
  '--duplicate',
  '--reorder',
  '--lane',
  '--class',
];

/** What `from` sends to `to` goes over a bad line: late, slow, and, of our own frames, with some lost, copied or overtaken. */
export const link: FlowFaultKind<'link'> = {
  kind: 'link',
  on: 'flow',
  summary: 'Make a link slow or lossy: delay, jitter, bandwidth, loss, duplicates, reordering.',
  usage: 'link n1:n2 --delay 50ms',
  counts: () => ['lost', 'duplicated', 'reordered', 'stalled'],
  replaces: (added, other) => formatEnds(added) === formatEnds(other) && sameBytes(added, other),

  parse(args, nodes, regions) {
    const words = readWords(args, ['--both'], flags);
    if (typeof words === 'string') return words;
    const [text] = words.plain;
    const otherwise = 'say who sends and to whom, like n1:n2';
    if (words.plain.length !== 1 || text === undefined) return otherwise;
    const ends = readEnds(text, { nodes, regions }, otherwise);
    if (typeof ends === 'string') return ends;
    const measures = readMeasures(words);
    if (typeof measures === 'string') return measures;
    const only = readFilter(words);
    if (typeof only === 'string') return only;
    const params: Params = { kind: 'link', ...ends, both: words.flags.has('--both'), ...measures, ...only };
    return faultOf(params) ?? params;
  },

  format(params) {
    const { delayMs, jitterMs, bytesPerSecond, loss, duplicate, reorder, lanes, classes } = params;
    const percent = (flag: string, chance: number): string[] =>
      chance === 0 ? [] : [`${flag} ${Number((chance * 100).toFixed(4))}%`];
    return [
      `link ${formatEnds(params)}`,
      ...(params.both ? ['--both'] : []),
      ...(delayMs === 0 ? [] : [`--delay ${exactDuration(delayMs)}`]),
      ...(jitterMs === 0 ? [] : [`--jitter ${exactDuration(jitterMs)}`]),
      ...(bytesPerSecond === null ? [] : [`--bandwidth ${formatRate(bytesPerSecond)}`]),
      ...percent('--loss', loss),
      ...percent('--duplicate', duplicate),
      ...percent('--reorder', reorder),
      ...(lanes.length === 0 ? [] : [`--lane ${lanes.join(',')}`]),
      ...(classes.length === 0 ? [] : [`--class ${classes.join(',')}`]),
    ].join(' ');
  },

  verdict(params, flow) {
    const sender = senderOf(flow);
    const receiver = receiverOf(flow);
    const goes = (a: Params['from'], b: Params['to']): boolean => a.includes(sender) && b.includes(receiver);
    const { from, to, both, delayMs, jitterMs, bytesPerSecond, loss, duplicate, reorder } = params;
    if (sender === receiver || !(goes(from, to) || (both && goes(to, from)))) return 'pass';
    return { delayMs, jitterMs, bytesPerSecond, loss, duplicate, reorder, only: onlyOf(params) };
  },
};

/** The classes that are meant; null: everything, whatever it is. A hello opens every lane and belongs to none. */
function onlyOf({ lanes, classes }: Params): readonly MessageClass[] | null {
  if (lanes.length === 0 && classes.length === 0) return null;
  const all = Object.entries(messageClasses) as [MessageClass, { readonly lane: Lane }][];
  const ofLanes = all
    .filter(([name, row]) => name !== 'hello' && lanes.includes(row.lane))
    .map(([name]) => name);
  return [...new Set([...ofLanes, ...classes])];
}

function sameBytes(a: Params, b: Params): boolean {
  const key = ({ both, lanes, classes }: Params): string => `${both} ${lanes.join(',')} ${classes.join(',')}`;
  return key(a) === key(b);
}

function readMeasures({ values }: Words): Measures | string {
  const durations = { '--delay': 0, '--jitter': 0 };
  for (const flag of ['--delay', '--jitter'] as const) {
    const text = values.get(flag);
    if (text === undefined) continue;
    const ms = parseDuration(text);
    if (ms === null || ms > longestMs) return `${flag} is a duration of at most 60s, like 50ms`;
    durations[flag] = ms;
  }
  const chances = { '--loss': 0, '--duplicate': 0, '--reorder': 0 };
  for (const flag of ['--loss', '--duplicate', '--reorder'] as const) {
    const text = values.get(flag);
    if (text === undefined) continue;
    const percent = parsePercent(text);
    if (percent === null) return `${flag} is a percentage from 0% to 100%, like 1%`;
    chances[flag] = percent / 100;
  }
  const rate = values.get('--bandwidth');
  const bytesPerSecond = rate === undefined ? null : parseRate(rate);
  if (rate !== undefined && bytesPerSecond === null) {
    return '--bandwidth is bytes a second from 1KB/s to 10GB/s, like 1MB/s';
  }
  return {
    delayMs: durations['--delay'],
    jitterMs: durations['--jitter'],
    bytesPerSecond,
    loss: chances['--loss'],
    duplicate: chances['--duplicate'],
    reorder: chances['--reorder'],
  };
}

function readFilter({ values }: Words): Pick<Params, 'lanes' | 'classes'> | string {
  const lanes = values.get('--lane')?.split(',') ?? [];
  const classes = values.get('--class')?.split(',') ?? [];
  const isLane = (name: string): name is Lane => (allLanes as readonly string[]).includes(name);
  const isClass = (name: string): name is MessageClass => Object.hasOwn(messageClasses, name);
  if (!lanes.every(isLane)) return `--lane is some of ${allLanes.join(',')}`;
  if (!classes.every(isClass)) return `--class is some of ${Object.keys(messageClasses).join(',')}`;
  return { lanes: [...new Set(lanes)].toSorted(), classes: [...new Set(classes)].toSorted() };
}

/** Why these measures make no fault together, or null. */
function faultOf(params: Params): string | null {
  const { delayMs, jitterMs, bytesPerSecond, loss, duplicate, reorder, lanes, classes } = params;
  if (delayMs + jitterMs + loss + duplicate + reorder === 0 && bytesPerSecond === null) {
    return 'say how bad the link is, like --delay 50ms or --bandwidth 1MB/s';
  }
  if (jitterMs > delayMs) return '--jitter stays within --delay: nothing arrives before it was sent';
  const isClient = [...params.from, ...params.to].some(isClientPlace);
  if (!isClient) return null;
  const ours = [
    ...(duplicate > 0 ? ['--duplicate'] : []),
    ...(reorder > 0 ? ['--reorder'] : []),
    ...(lanes.length > 0 ? ['--lane'] : []),
    ...(classes.length > 0 ? ['--class'] : []),
  ];
  if (ours.length === 0) return null;
  return (
    `${ours.join(', ')} ${ours.length === 1 ? 'is' : 'are'} for links between nodes: a client speaks TCP, ` +
    'which neither copies nor reorders; --loss on it is a retransmission, a stall of 200ms, 400ms, ...'
  );
}
