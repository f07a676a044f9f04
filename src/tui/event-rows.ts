import type { ClusterEvent } from '../cluster/event.ts';
import { count } from '../commands/count.ts';
import { safe } from './line.ts';
import { passes } from './selection.ts';

/** What a node was, as far as events tell; without one it is not known. */
export type Lane = 'up' | 'down' | 'leads' | 'paused';

/** An event, or several that say the same of one node: they are one line. */
export interface EventRow {
  readonly events: readonly [ClusterEvent, ...ClusterEvent[]];
  /** What each node was before it happened. */
  readonly before: ReadonlyMap<string, Lane>;
}

/** The events that contain `filter`, oldest first. */
export function eventRows(all: readonly ClusterEvent[], filter: string): readonly EventRow[] {
  return runsOf(
    withLanes(all).filter(
      ({ event }) => filter === '' || passes(filter, event.name, event.node ?? '', fieldsOf(event, false)),
    ),
  );
}

/** What a row says, after the name of its event. */
export function rowText({ events }: EventRow, ascii: boolean): string {
  return events.length === 1 ? fieldsOf(events[0], ascii) : togetherOf(events, ascii);
}

interface Laned {
  readonly event: ClusterEvent;
  readonly before: ReadonlyMap<string, Lane>;
}

/** A log that is cut tells of every entry: hundreds of lines that say one thing. */
function runsOf(all: readonly Laned[]): readonly EventRow[] {
  const rows: { readonly events: [ClusterEvent, ...ClusterEvent[]]; readonly before: Laned['before'] }[] = [];
  for (const { event, before } of all) {
    const run = rows.at(-1)?.events;
    const goesOn = run?.[0].name === 'discarded' && event.name === 'discarded' && event.node === run[0].node;
    if (goesOn) run.push(event);
    else rows.push({ events: [event], before });
  }
  return rows;
}

const mostKeys = 5;

function togetherOf(events: readonly ClusterEvent[], ascii: boolean): string {
  const at = ({ fields }: ClusterEvent): string => String(fields['at'] ?? '?');
  const keys = [
    ...new Set(events.flatMap(({ fields: { key } }) => (typeof key === 'string' && key !== '' ? [key] : []))),
  ];
  const more = keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : '';
  const named = keys.length === 0 ? '' : `: ${keys.slice(0, mostKeys).join(', ')}${more}`;
  return safe(`${count(events.length, 'entry')}, ${at(events[0]!)} to ${at(events.at(-1)!)}${named}`, ascii);
}

function withLanes(all: readonly ClusterEvent[]): readonly Laned[] {
  let now: ReadonlyMap<string, Lane> = new Map();
  const frozen = new Map<string, Lane>();
  return all.map((event) => {
    const before = now;
    const { node } = event;
    if (node === null) return { event, before };
    const was = now.get(node);
    const lane = laneAfter(event, was, frozen.get(node));
    if (lane === 'paused' && was !== undefined && was !== 'paused') frozen.set(node, was);
    if (lane !== was && lane !== undefined) now = new Map([...now, [node, lane]]);
    return { event, before };
  });
}

/** `frozen`: what it was when it was paused, which it is again. */
function laneAfter({ name, fields }: ClusterEvent, was?: Lane, frozen?: Lane): Lane | undefined {
  if (name === 'resumed') return frozen ?? 'up';
  // A replica that applies nothing any more: its process goes on.
  const isReplica = name === 'stopped' && 'at' in fields;
  if (isReplica || told.has(name)) return was ?? 'up';
  return lanes[name] ?? was;
}

const lanes: Readonly<Record<string, Lane>> = {
  started: 'up',
  killed: 'down',
  stopped: 'down',
  exited: 'down',
  paused: 'paused',
  promoted: 'leads',
  following: 'up',
  'stepped-down': 'up',
};

/** What only a node that runs can tell. */
const told: ReadonlySet<string> = new Set(['subscribed', 'suspected', 'rewound', 'discarded', 'recovered']);

/** A fault's text says all; elsewhere the fields, as the event log has them. */
function fieldsOf({ fields }: ClusterEvent, ascii: boolean): string {
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    return [name === 'text' ? String(value) : `${name}=${String(value)}`];
  });
  return safe(parts.join(' '), ascii);
}
