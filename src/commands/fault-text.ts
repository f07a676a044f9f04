import type { FaultView, HitView } from '../cluster/snapshot.ts';
import { messageClasses } from '../protocol/message-class.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Style } from './style.ts';
import { table, type Cell } from './table.ts';

/** `54 frames (40 heartbeat, 14 append)`; a fault that hit no payload proved nothing, and says so (P13). */
export function hitText(hit: HitView): string {
  const classes = Object.entries(hit.byClass).filter(([, count]) => count > 0);
  const frames = classes.reduce((sum, [, count]) => sum + count, 0);
  if (frames === 0) return hit.bytes === 0 ? 'nothing yet' : `${hit.bytes} bytes`;
  return `${frames} frames (${classes.map(([name, count]) => `${count} ${name}`).join(', ')})`;
}

/** Whether any of what was held carried data. */
export function hitPayload(hit: HitView): boolean {
  const isPayload = (name: string): boolean =>
    Object.entries(messageClasses).some(([one, row]) => one === name && row.payload);
  return hit.payload > 0 || Object.entries(hit.byClass).some(([name, count]) => count > 0 && isPayload(name));
}

export function faultTable(faults: readonly FaultView[], tMs: number, style: Style): string {
  const rows = faults.map((fault): Cell[] => [
    { text: fault.id, paint: 'bold' },
    fault.text,
    formatDuration(tMs - fault.sinceMs),
    hitText(fault.hit),
    hitPayload(fault.hit)
      ? { text: `${fault.hit.payload} with data`, paint: 'caution' }
      : { text: 'none with data', paint: 'dim' },
  ]);
  return table(['FAULT', 'WHAT', 'FOR', 'HELD BACK', 'OF THAT'], rows, style);
}
