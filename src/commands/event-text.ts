import type { ClusterEvent } from '../cluster/event.ts';
import type { Style } from './style.ts';

/** `#12  +5.4s  n1  promoted  epoch=1@n1`. */
export function eventLine(event: ClusterEvent, style: Style): string {
  const fields = Object.entries(event.fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  const number = `#${event.seq}`.padEnd(5);
  const since = `+${(event.tMs / 1000).toFixed(2)}s`.padStart(9);
  const head = `${style.dim(`${number} ${since}`)}  ${(event.node ?? '-').padEnd(4)} ${style.bold(event.name)}`;
  return [head, ...fields].join('  ');
}

function fieldText(value: string | number | boolean | null): string {
  return typeof value === 'string' && /[\s="]/.test(value) ? JSON.stringify(value) : String(value);
}
