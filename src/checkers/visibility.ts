import { countBefore } from './sorted.ts';
import { looksOf } from './staleness.ts';
import type { OutOfTime } from './checker.ts';
import type { Subject } from './subject.ts';
import { shownBy, Versions } from './versions.ts';

/**
 * Of every acknowledged write of a register that some read came after: how long after its acknowledgement a read
 * still missed it, in ms; 0 when none did. Null: out of time, or no registers. What nobody read, nobody missed: a
 * lower bound.
 */
export function visibleAfter(subject: Subject, outOfTime: OutOfTime): readonly number[] | null {
  if (subject.kind !== 'register' && subject.kind !== 'cas-register') return null;
  const looks = looksOf(subject, outOfTime);
  if (looks === null) return null;
  const versions = new Versions(subject);
  const byKey = Map.groupBy(
    looks.flatMap(({ read, missed }) =>
      subject.steps[read.id]!.flatMap((step) => {
        const value = shownBy(step);
        return value === undefined ? [] : [{ read, missed, key: step.key, value }];
      }),
    ),
    ({ key }) => key,
  );
  const times: number[] = [];
  for (const [key, seen] of byKey) {
    const lastRead = seen.reduce((last, { read }) => Math.max(last, read.start), -1);
    const writes = versions
      .acknowledged(key)
      .filter(({ end }) => end < lastRead)
      .toSorted((a, b) => a.start - b.start);
    const missed = new Map<number, number>();
    // The latest read that missed a write says how long: each write is looked at once.
    const left = new Skips(writes.length);
    for (const { read, value } of seen
      .filter((one) => one.missed > 0)
      .toSorted((a, b) => b.read.start - a.read.start)) {
      if (outOfTime()) return null;
      const { until } = versions.of(key, value);
      const newer = countBefore(writes.length, (i) => writes[i]!.start > until);
      for (let i = left.from(newer); i < writes.length; i = left.from(i + 1)) {
        const write = writes[i]!;
        left.skip(i);
        // One that had not ended by then was none that an earlier read could miss, either.
        if (write.end < read.start) missed.set(i, Math.max(0, read.startMs! - write.endMs!));
      }
    }
    writes.forEach((_, i) => times.push(missed.get(i) ?? 0));
  }
  return times;
}

/** Numbers that are left, from some place on; those skipped are passed over in next to no time. */
class Skips {
  readonly #next: number[];

  constructor(length: number) {
    this.#next = Array.from({ length: length + 1 }, (_, i) => i);
  }

  from(place: number): number {
    let root = place;
    while (this.#next[root] !== root) root = this.#next[root]!;
    for (let at = place; this.#next[at] !== root && at !== root;) {
      const next = this.#next[at]!;
      this.#next[at] = root;
      at = next;
    }
    return root;
  }

  skip(place: number): void {
    this.#next[place] = place + 1;
  }
}
