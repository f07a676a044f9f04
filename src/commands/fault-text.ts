import type { FaultView, HitView, LinkView } from '../cluster/snapshot.ts';
import { linkName } from '../cluster/place.ts';
import type { EndedFault } from '../control/message.ts';
import { messageClasses } from '../protocol/message-class.ts';
import { formatDuration } from '../lib/duration.ts';
import { count } from './count.ts';
import type { Style } from './style.ts';
import { table, type Cell } from './table.ts';

/**
 * `54 frames (40 heartbeat, 14 append), 2 lost`: what a fault held back or slowed, and what it did to some of
 * it. A fault that hit no payload proved nothing, and says so (P13).
 */
export function hitText(hit: HitView): string {
  const classes = Object.entries(hit.byClass).filter(([, number]) => number > 0);
  const frames = classes.reduce((sum, [, number]) => sum + number, 0);
  const counts = Object.entries(hit.counts).filter(([, number]) => number > 0);
  const done = counts.map(([what, number]) => countText(what, number));
  if (frames > 0) {
    const names = classes.map(([name, number]) => `${number} ${name}`).join(', ');
    return [`${count(frames, 'frame')} (${names})`, ...done].join(', ');
  }
  if (done.length > 0) return done.join(', ');
  return hit.bytes === 0 ? 'nothing yet' : count(hit.bytes, 'byte');
}

/** `2 connections reset`; on nodes `40 requests`, `350ms wait`: the unit is last in the name. */
function countText(name: string, number: number): string {
  if (name === 'reset') return `${count(number, 'connection')} reset`;
  const [, what] = /^(.+)Ms$/.exec(name) ?? [];
  if (what !== undefined) return `${formatDuration(number)} ${what}`;
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.endsWith('s')
    ? count(Math.round(number), words.slice(0, -1))
    : `${Math.round(number)} ${words}`;
}

/** A line for each fault that a new one took the place of. */
export function replacedText(replaced: readonly EndedFault[]): string {
  return replaced.map(({ id, text, hit }) => `\nin place of ${id} (${text}): ${effectText(hit)}`).join('');
}

/** At its end, in a sentence's place: a fault that touched nothing with data in it says so plainly. */
export function effectText(hit: HitView): string {
  const what = hitText(hit);
  if (what === 'nothing yet') return 'it hit nothing';
  return hitPayload(hit) || isOnNode(hit) ? `it hit ${what}` : `it hit ${what}, none with data`;
}

/** It was on a node: no link had to do with it. */
function isOnNode({ byClass, bytes, connections, counts }: HitView): boolean {
  return Object.keys(byClass).length + bytes + connections === 0 && Object.keys(counts).length > 0;
}

/** Whether any of what was hit carried data. */
export function hitPayload(hit: HitView): boolean {
  const isPayload = (name: string): boolean =>
    Object.entries(messageClasses).some(([one, row]) => one === name && row.payload);
  return (
    hit.payload > 0 || Object.entries(hit.byClass).some(([name, number]) => number > 0 && isPayload(name))
  );
}

export function faultTable(faults: readonly FaultView[], tMs: number, style: Style): string {
  const rows = faults.map((fault): Cell[] => [
    { text: fault.id, paint: 'bold' },
    fault.text,
    formatDuration(tMs - fault.sinceMs),
    fault.untilMs === null ? '-' : formatDuration(Math.max(0, fault.untilMs - tMs)),
    hitText(fault.hit),
    isOnNode(fault.hit)
      ? { text: '-', paint: 'dim' }
      : hitPayload(fault.hit)
        ? { text: `${fault.hit.payload} with data`, paint: 'caution' }
        : { text: 'none with data', paint: 'dim' },
  ]);
  return table(['FAULT', 'WHAT', 'FOR', 'ENDS IN', 'HIT', 'OF THAT'], rows, style);
}

/** The links that faults make slow, and how late things are on them, distance included; null when none is. */
export function slowLinkTable(links: readonly LinkView[], style: Style): string | null {
  const slow = links.filter(({ state }) => state === 'slow');
  if (slow.length === 0) return null;
  const distant = slow.some(({ latencyMs }) => latencyMs > 0);
  const rows = slow.map((link): Cell[] => [
    { text: linkName(link), paint: 'bold' },
    ...(distant ? [delayText(link.latencyMs)] : []),
    delayText(link.delayMs),
    delayText(link.roundTripMs),
    String(link.held.forward + link.held.back),
    link.faults.join(' '),
  ]);
  const head = [
    'SLOW LINK',
    ...(distant ? ['DISTANCE'] : []),
    'ONE WAY',
    'ROUND TRIP',
    'BYTES UNDER WAY',
    'BY',
  ];
  return table(head, rows, style, distant ? [1, 2, 3, 4] : [1, 2, 3]);
}

function delayText(ms: number): string {
  return ms === 0 ? '-' : formatDuration(ms);
}
