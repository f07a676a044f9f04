import type { Operation } from '../history/operation.ts';
import { chainsOf, type Chains } from './chains.ts';
import { timeIsUp, unknown, violated, type Checker, type Finding, type OutOfTime } from './checker.ts';
import { HappensBefore, type ReadFrom } from './happens-before.ts';
import { linearizable } from './linearizable.ts';
import { models } from './models.ts';
import { neverWritten } from './provenance.ts';
import { searchSessions } from './session-search.ts';
import type { Answer } from './search.ts';
import { dropChunks } from './shrink.ts';
import type { Subject } from './subject.ts';
import { listed, nameOf } from './words.ts';

/**
 * Deciding it is NP-complete, also with unique values (Gibbons and Korach, theorem 4). What is linearizable is
 * sequential. Else what must be in every order is worked out as far as it goes: a cycle is a contradiction. Where
 * there is none an order is searched for.
 */
export const sequential: Checker = {
  name: 'sequential',
  claim:
    'Some order of all operations, on all keys together, in which those of each session come as it made them, explains every read.',
  source:
    'Lamport, How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs, 1979',
  takes: ['register', 'cas-register', 'counter', 'set', 'list'],
  transactions: false,
  minimum: { count: 1, of: 'reads of a key that was written' },
  check(subject, outOfTime) {
    const stray = neverWritten(subject);
    if (stray !== null) return stray;
    const strong = linearizable.check(subject, outOfTime);
    if (strong.verdict === 'valid') return strong;
    const chains = chainsOf(subject);
    return forced(chains, subject, outOfTime) ?? searched(chains, subject, outOfTime);
  },
};

/** Registers with unique values: what must be before what. Null: no contradiction. */
function forced(chains: Chains, subject: Subject, outOfTime: OutOfTime): Finding | null {
  const order = subject.kind.endsWith('register') ? HappensBefore.of(chains, subject) : null;
  if (order === null || 'verdict' in order) return null;
  for (let grown = true; grown;) {
    const cycle = order.settle('cycle');
    if (cycle !== null) return cycle;
    grown = false;
    for (const read of order.reads) {
      if (outOfTime()) return unknown(timeIsUp);
      const found = hidden(order, read);
      if (found !== null) return found;
      if (addForced(order, read)) grown = true;
    }
  }
  return null;
}

/** Something must have been written before a read that saw the beginning. */
function hidden(order: HappensBefore, { reader, writer }: ReadFrom): Finding | null {
  if (writer !== null) return null;
  for (const other of order.writesBefore(reader.step.key, reader)) {
    return violated(
      null,
      [
        `${nameOf(other.operation)} comes before ${nameOf(reader.operation)} in every order, and that saw the beginning`,
      ],
      [other.operation, reader.operation],
    );
  }
  return null;
}

/** A write before a read comes before the write it saw; one after the write it saw comes after the read. */
function addForced(order: HappensBefore, { reader, writer }: ReadFrom): boolean {
  const { key } = reader.step;
  let grown = false;
  if (writer !== null) {
    for (const other of order.writesBefore(key, reader)) {
      if (other === writer || order.isBefore(other, writer)) continue;
      const why = (): string =>
        `${nameOf(other.operation)} came before ${nameOf(reader.operation)}, and so before ${nameOf(writer.operation)}, which that read`;
      if (order.add(other, writer, why)) grown = true;
    }
  }
  const after = writer === null ? order.firstWrites(key) : order.writesAfter(key, writer);
  for (const other of after) {
    if (other === reader || order.isBefore(reader, other)) continue;
    const why = (): string =>
      `${nameOf(reader.operation)} came before ${nameOf(other.operation)}, which overwrote what it read`;
    if (order.add(reader, other, why)) grown = true;
  }
  return grown;
}

function searched(chains: Chains, subject: Subject, outOfTime: OutOfTime): Finding {
  const search = (of: Chains): Answer => searchSessions(of, models[subject.kind], subject.initial, outOfTime);
  const answer = search(chains);
  if (answer === 'out of time') return unknown(timeIsUp);
  if (answer === 'out of memory') return unknown('there are too many orders to try');
  const isRead = ({ id }: Operation): boolean => subject.steps[id]!.some(({ kind }) => kind === 'read');
  if (answer === 'yes') return { verdict: 'valid', seen: readsOfWritten(chains) };
  const few = dropChunks(
    chains.nodes.map(({ operation }) => operation),
    isRead,
    (some) => (search(chainsOf({ ...subject, operations: some })) === 'no' ? some : null),
    outOfTime,
  );
  return violated(null, [`no order of these ${few.length} explains what they saw: ${listed(few)}`], few);
}

function readsOfWritten({ nodes }: Chains): number {
  const written = new Set(nodes.filter(({ step }) => step.kind !== 'read').map(({ step }) => step.key));
  return nodes.filter(({ step }) => (step.kind === 'read' || step.kind === 'cas') && written.has(step.key))
    .length;
}
