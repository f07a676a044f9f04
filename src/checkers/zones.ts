import type { Operation } from '../history/operation.ts';
import { textOf, type Value } from '../history/value.ts';
import type { Witness } from './checker.ts';
import { countBefore } from './sorted.ts';
import type { Taken } from './subject.ts';
import { keyIs, nameOf } from './words.ts';

/** The operations of one value: its write, and the reads that saw it. */
interface Cluster {
  readonly value: Value;
  /** Null: the value was there before the history began. */
  readonly write: Operation | null;
  readonly reads: Operation[];
}

interface Zone {
  readonly cluster: Cluster;
  /** The first end and the last start among its operations, and whose they are. */
  readonly firstEnd: number;
  readonly ended: Operation | null;
  readonly lastStart: number;
  readonly started: Operation | null;
}

/**
 * One register whose written values are all different, and differ from the initial one: then each read's
 * write is known. Linearizable if and only if every value read was written, by a write that did not begin
 * after the read ended; no two forward zones overlap (each value would have to be older than the other); and
 * no backward zone lies inside a forward one (its value would have to be there while another one is).
 * Gibbons and Korach, "Testing Shared Memories", SIAM J. Comput. 26(4), 1997, §4. O(n log n).
 *
 * An unknown write that nobody saw need not have happened; one that was seen did, and never ended.
 * Answers with the contradiction, or null: linearizable. The values must be unique: see `hasUniqueWrites`.
 */
export function zoneContradiction(taken: readonly Taken[], initial: Value): Witness | null {
  const clusters = clustersOf(taken, initial);
  for (const cluster of clusters) {
    const early = cluster.reads.find(({ end }) => cluster.write !== null && end < cluster.write.start);
    if (early !== undefined) return fromTheFuture(taken[0]!.step.key, cluster, early);
  }
  const zones = clusters.filter(wasSeen).map(zoneOf);
  const forward = zones
    .filter(({ firstEnd, lastStart }) => firstEnd < lastStart)
    .toSorted((a, b) => a.firstEnd - b.firstEnd);
  for (let i = 1; i < forward.length; i += 1) {
    if (forward[i]!.firstEnd < forward[i - 1]!.lastStart) return clash(taken, forward[i - 1]!, forward[i]!);
  }
  for (const zone of zones.filter(({ firstEnd, lastStart }) => lastStart < firstEnd)) {
    const around = lastBefore(forward, zone.lastStart);
    if (around !== null && zone.firstEnd < around.lastStart) return clash(taken, around, zone);
  }
  return null;
}

/** Every value written once, none of them the initial one, and nothing but reads and writes. */
export function hasUniqueWrites(taken: readonly Taken[], initial: Value): boolean {
  const seen = new Set([textOf(initial)]);
  return taken.every(({ step }) => {
    if (step.kind !== 'write') return step.kind === 'read';
    const text = textOf(step.value);
    const fresh = !seen.has(text);
    seen.add(text);
    return fresh;
  });
}

function clustersOf(taken: readonly Taken[], initial: Value): readonly Cluster[] {
  const clusters = new Map<string, Cluster>([[textOf(initial), { value: initial, write: null, reads: [] }]]);
  for (const { operation, step } of taken) {
    if (step.kind === 'write') {
      clusters.set(textOf(step.value), { value: step.value, write: operation, reads: [] });
    }
  }
  for (const { operation, step } of taken) {
    if (step.kind === 'read') clusters.get(textOf(step.value))!.reads.push(operation);
  }
  return [...clusters.values()];
}

function wasSeen({ write, reads }: Cluster): boolean {
  return write === null || write.outcome === 'ok' || reads.length > 0;
}

function zoneOf(cluster: Cluster): Zone {
  const { write, reads } = cluster;
  const all = write === null ? reads : [write, ...reads];
  // Whatever was there at the beginning was written before everything.
  let firstEnd = write === null ? -1 : Infinity;
  let lastStart = write === null ? -2 : -Infinity;
  let ended: Operation | null = null;
  let started: Operation | null = null;
  for (const operation of all) {
    if (operation.end < firstEnd) [firstEnd, ended] = [operation.end, operation];
    if (operation.start > lastStart) [lastStart, started] = [operation.start, operation];
  }
  return { cluster, firstEnd, ended, lastStart, started };
}

function lastBefore(forward: readonly Zone[], place: number): Zone | null {
  return forward[countBefore(forward.length, (i) => forward[i]!.firstEnd >= place) - 1] ?? null;
}

function fromTheFuture(key: string, { value, write }: Cluster, read: Operation): Witness {
  return {
    anomaly: 'future read',
    why: [`${nameOf(read)} ended before ${nameOf(write!)}, the only write of ${keyIs(key, value)}, began`],
    operations: [read, write!],
  };
}

function clash(taken: readonly Taken[], a: Zone, b: Zone): Witness {
  const { key } = taken[0]!.step;
  const between = (zone: Zone): string => {
    const is = keyIs(key, zone.cluster.value);
    const from = zone.ended === null ? 'from the beginning' : `when ${nameOf(zone.ended)} ended`;
    return zone.firstEnd < zone.lastStart
      ? `${is} was there ${from}, and still when ${nameOf(zone.started!)} began`
      : `${is} was there at some moment after ${nameOf(zone.started!)} began and before ${nameOf(zone.ended!)} ended`;
  };
  const inside = b.lastStart < b.firstEnd;
  const conclusion = inside
    ? 'that moment lies within the other value’s time, and a register holds one value at a time'
    : 'these times overlap, so each value would have to be older than the other';
  const operations = [a, b].flatMap(({ cluster, ended, started }) => [cluster.write, ended, started]);
  return {
    anomaly: null,
    why: [between(a), between(b), conclusion],
    operations: operations.filter((operation) => operation !== null),
  };
}
