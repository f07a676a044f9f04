import type { FaultView, HitView } from '../../cluster/snapshot.ts';
import { count } from '../../commands/count.ts';
import { hitPayload } from '../../commands/fault-text.ts';
import { widthOfLine, type Line, type Span } from '../line.ts';
import { shortBytes, sinceUp } from '../node-words.ts';
import type { Scene } from '../scene.ts';

/** What is in force, since when, and what it has hit (nothing with data in it proved nothing): a line, or two. */
export function faultLines({ snapshot: { faults }, glyphs }: Scene, width: number): readonly Line[] {
  return faults.flatMap((fault): Line[] => {
    const { id, text } = fault;
    const head: Line = [['bad', `${glyphs.cut} ${id}`], ' ', ['bold', text]];
    const rest: Span = ['dim', `${timesOf(fault)}, ${hitOf(fault.hit)}`];
    const whole: Line = [...head, '  ', rest];
    return widthOfLine(whole) <= width ? [whole] : [head, ['     ', rest]];
  });
}

function timesOf({ sinceMs, untilMs }: FaultView): string {
  return `since ${sinceUp(sinceMs)}${untilMs === null ? '' : ` until ${sinceUp(untilMs)}`}`;
}

function hitOf(hit: HitView): string {
  const frames = Object.values(hit.byClass).reduce((sum, one) => sum + one, 0);
  const counts = Object.entries(hit.counts).filter(([, number]) => number > 0);
  const parts = [
    ...(frames > 0 ? [count(frames, 'frame')] : hit.bytes > 0 ? [shortBytes(hit.bytes)] : []),
    ...(frames > 0 ? [hitPayload(hit) ? `${hit.payload} with data` : 'none with data'] : []),
    ...counts.map(([what, number]) => `${number} ${what}`),
  ];
  return parts.length === 0 ? 'hit nothing yet' : `hit ${parts.join(', ')}`;
}
