import type { Operation } from '../history/operation.ts';
import { labelOf } from './words.ts';

/** How an operation's bar ends: it happened, it did not, nobody knows (and it may happen yet). */
const ends = { ok: '|', fail: 'x', info: '?' } as const;

/**
 * Operations as bars over time, a lane for each process; order only, no scale:
 *
 *     1: |- write x=1 -|
 *     2:  |----- read x → nil -----|
 *
 * Who began or ended before whom is exactly as in the history.
 */
export function drawLanes(operations: readonly Operation[]): readonly string[] {
  const names = [...new Set(operations.map(laneOf))];
  const width = Math.max(0, ...names.map((lane) => lane.length)) + 2;
  const bars = place(operations);
  return names.flatMap((lane) =>
    rowsOf(bars.filter(({ operation }) => laneOf(operation) === lane)).map((row) =>
      row.reduce((line, bar) => `${line.padEnd(width + bar.left)}${barText(bar)}`, `${lane}:`),
    ),
  );
}

/** A process that went on after an unknown operation needs a second row: that one never ends. */
function rowsOf(bars: readonly Bar[]): readonly (readonly Bar[])[] {
  const rows: Bar[][] = [];
  for (const bar of bars) {
    const row = rows.find((one) => one.at(-1)!.right < bar.left);
    if (row === undefined) rows.push([bar]);
    else row.push(bar);
  }
  return rows;
}

function barText({ operation, left, right }: Bar): string {
  const label = ` ${cutLabel(operation)} `;
  const dashes = right - left - 1 - [...label].length;
  const before = Math.max(1, Math.floor(dashes / 2));
  const after = Math.max(1, dashes - before);
  return `|${'-'.repeat(before)}${label}${'-'.repeat(after)}${ends[operation.outcome]}`;
}

function laneOf({ process, session }: Operation): string {
  return session === String(process) ? session : `${session}/${process}`;
}

/** A long transaction would push all others out of sight. */
const labelMax = 70;

function cutLabel(operation: Operation): string {
  const label = [...labelOf(operation)];
  return label.length > labelMax ? `${label.slice(0, labelMax - 1).join('')}…` : label.join('');
}

interface Bar {
  readonly operation: Operation;
  readonly left: number;
  readonly right: number;
}

/** Columns for beginnings and ends in their order, as near to the left as labels let them be. */
function place(operations: readonly Operation[]): readonly Bar[] {
  const last = Math.max(
    0,
    ...operations.flatMap(({ start, end }) => (end === Infinity ? [start] : [start, end])),
  );
  const marks = operations
    .flatMap((operation) => [
      { at: operation.start, operation, opens: true },
      // What never ended reaches beyond all that did.
      { at: operation.end === Infinity ? last + 1 + operation.id : operation.end, operation, opens: false },
    ])
    .toSorted((a, b) => a.at - b.at);
  const left = new Map<Operation, number>();
  let column = -1;
  const bars: Bar[] = [];
  for (const { operation, opens } of marks) {
    column += 1;
    if (opens) {
      left.set(operation, column);
      column += 1;
      continue;
    }
    const from = left.get(operation)!;
    column = Math.max(column, from + [...cutLabel(operation)].length + 5);
    bars.push({ operation, left: from, right: column });
  }
  return bars.toSorted((a, b) => a.left - b.left);
}
