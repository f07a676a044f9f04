import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { ClusterEvent } from '../cluster/event.ts';
import type { NodeId } from '../protocol/node-id.ts';

type Fields = ClusterEvent['fields'];

export interface EventLog {
  /** The newest event's number; 0 before the first. */
  readonly last: number;
  /** Answers with the event's number. */
  append(node: NodeId | null, name: string, fields?: Fields): number;
  /** Events numbered above `seq`, oldest first. */
  after(seq: number): readonly ClusterEvent[];
  /** Calls `listener` for each event from now on, until the answered function is called. */
  subscribe(listener: (event: ClusterEvent) => void): () => void;
  close(): void;
}

/** Events held in memory; older ones are read from the file. */
const maxHeld = 20_000;

/**
 * The event log of a cluster, one line of JSON each. Numbers go on where the file ends, so that they never
 * repeat over the cluster's life; a last line cut short by a crash is left behind. Every line is written
 * before anyone hears of it. `nowMs`: since `up`.
 */
export function openEventLog(path: string, nowMs: () => number): EventLog {
  let held = readEvents(path);
  let last = held.at(-1)?.seq ?? 0;
  const file = openSync(path, 'a', 0o600);
  if (endsInsideLine(path)) writeSync(file, '\n');
  const listeners = new Set<(event: ClusterEvent) => void>();
  held = held.slice(-maxHeld);

  return {
    get last() {
      return last;
    },
    append(node, name, fields = {}) {
      last += 1;
      const event: ClusterEvent = { seq: last, tMs: Math.round(nowMs()), node, name, fields };
      try {
        writeSync(file, `${JSON.stringify(event)}\n`);
      } catch {
        // A full disk must not end the cluster: the event is in memory, and the next line may fit again.
      }
      held.push(event);
      if (held.length > 2 * maxHeld) held = held.slice(-maxHeld);
      for (const listener of listeners) listener(event);
      return event.seq;
    },
    after(seq) {
      const first = held[0]?.seq ?? last + 1;
      const older =
        seq + 1 < first ? readEvents(path).filter((event) => event.seq > seq && event.seq < first) : [];
      return [...older, ...held.filter((event) => event.seq > seq)];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => closeSync(file),
  };
}

function readEvents(path: string): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  for (const line of readOrEmpty(path).split('\n')) {
    const event = parse(line);
    if (event !== null) events.push(event);
  }
  return events;
}

/** Null for what is no event: a line cut short. */
function parse(line: string): ClusterEvent | null {
  if (!line.endsWith('}')) return null;
  try {
    const event = JSON.parse(line) as Partial<ClusterEvent> | null;
    return typeof event?.seq === 'number' ? (event as ClusterEvent) : null;
  } catch {
    return null;
  }
}

function endsInsideLine(path: string): boolean {
  const text = readOrEmpty(path);
  return text !== '' && !text.endsWith('\n');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
