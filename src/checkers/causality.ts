import { chainsOf } from './chains.ts';
import { timeIsUp, unknown, violated, type Finding, type OutOfTime } from './checker.ts';
import { HappensBefore, type ReadFrom } from './happens-before.ts';
import { neverWritten } from './provenance.ts';
import type { Subject } from './subject.ts';
import { keyIs, nameOf } from './words.ts';

/**
 * Bad patterns of registers whose values are unique: a history has one exactly when it is not causally consistent
 * (Bouajjani et al., POPL 2017, theorem 2 and table 2). Thin-air reads, cycles in the causal order, reads of
 * the beginning after a write, reads of what was overwritten before. `converge`: CyclicCF as well.
 */
export function checkCausality(subject: Subject, converge: boolean, outOfTime: OutOfTime): Finding {
  const stray = neverWritten(subject);
  if (stray !== null) return stray;
  const order = HappensBefore.of(chainsOf(subject), subject);
  if ('verdict' in order) return order;
  const cyclic = order.settle('CyclicCO');
  if (cyclic !== null) return cyclic;
  let seen = 0;
  for (const read of order.reads) {
    if (outOfTime()) return unknown(timeIsUp);
    const found = overwritten(order, read);
    if (found !== null) return found;
    if (!order.firstWrites(read.reader.step.key).next().done) seen += 1;
  }
  if (converge) {
    for (const read of order.reads) addConflicts(order, read);
    const conflict = order.settle('CyclicCF');
    if (conflict !== null) return conflict;
  }
  return { verdict: 'valid', seen };
}

/** WriteCOInitRead and WriteCORead. */
function overwritten(order: HappensBefore, { reader, writer }: ReadFrom): Finding | null {
  const { key } = reader.step;
  for (const other of order.writesBefore(key, reader)) {
    if (other === writer || (writer !== null && !order.isBefore(writer, other))) continue;
    const shown = reader.step.kind === 'cas' ? reader.step.from : reader.step.value;
    const was = writer === null ? 'was there at the beginning' : `${nameOf(writer.operation)} wrote`;
    return violated(
      writer === null ? 'WriteCOInitRead' : 'WriteCORead',
      [
        `${nameOf(reader.operation)} saw ${keyIs(key, shown)}, which ${was}`,
        `${nameOf(other.operation)} came after that, and causally before the read: in its session, or known to who was known to it`,
      ],
      [...(writer === null ? [] : [writer.operation]), other.operation, reader.operation],
    );
  }
  return null;
}

/** What causally precedes a read of a key, and is not what it read, lost to that: all must agree on who wins. */
function addConflicts(order: HappensBefore, { reader, writer }: ReadFrom): void {
  if (writer === null) return;
  for (const other of order.writesBefore(reader.step.key, reader)) {
    if (other === writer) continue;
    order.add(
      other,
      writer,
      () =>
        `${nameOf(reader.operation)} knew of ${nameOf(other.operation)} and read ${nameOf(writer.operation)}: that one won`,
    );
  }
}
