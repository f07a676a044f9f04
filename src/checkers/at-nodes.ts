import type { Operation } from '../history/operation.ts';
import { violated, type Finding, type OutOfTime, timeIsUp, unknown } from './checker.ts';
import type { Subject } from './subject.ts';
import { entry, sweep } from './sweep.ts';
import { shownBy, Versions, type Version } from './versions.ts';
import { keyIs, nameOf } from './words.ts';

/** What a node has shown: of each session the write that began last, and the same for each key. */
export interface Shown {
  readonly bySession: ReadonlyMap<string, Operation>;
  readonly byKey: ReadonlyMap<string, ReadonlyMap<string, Operation>>;
}

/** What the node must know by then, and why: it has shown `seen`, and `required` comes before that. */
export interface Requirement {
  readonly seen: Operation;
  readonly required: Operation;
  /** The version is older than it may be. */
  readonly broken: boolean;
  /** As in "which … had read before". */
  readonly because: string;
}

/** Of a read of a key at a node that has shown so much: what it may not be older than. Null: anything goes. */
export type Require = (shown: Shown, version: Version) => Requirement | null;

/**
 * Registers, node by node: once a node has shown a write, it has applied it, and with it whatever the
 * guarantee puts before it. Reads whose node is not known tell nothing; those of one operation are in order.
 */
export function checkAtNodes(subject: Subject, require: Require, outOfTime: OutOfTime): Finding {
  const versions = new Versions(subject);
  const { steps } = subject;
  const reads = subject.operations.filter(({ outcome, node }) => outcome === 'ok' && node !== null);
  const shownIn = (operation: Operation): readonly Version[] =>
    steps[operation.id]!.flatMap((step) => {
      const shown = shownBy(step);
      return shown === undefined ? [] : [versions.of(step.key, shown)];
    });
  let seen = 0;
  for (const atOne of Map.groupBy(reads, ({ node }) => node).values()) {
    const known = new NodeKnowledge();
    const found = sweep(
      atOne,
      (operation) => {
        for (const version of shownIn(operation)) known.learn(version);
      },
      (operation) => {
        if (outOfTime()) return unknown(timeIsUp);
        const all = shownIn(operation);
        const local = all.length > 1 ? known.copy() : known;
        for (const version of all) {
          const requirement = require(local, version);
          if (requirement !== null) {
            seen += 1;
            if (requirement.broken) return tooOld(operation, version, requirement);
          }
          if (all.length > 1) local.learn(version);
        }
        return null;
      },
    );
    if (found !== null) return found;
  }
  return { verdict: 'valid', seen };
}

class NodeKnowledge implements Shown {
  readonly bySession = new Map<string, Operation>();
  readonly byKey = new Map<string, Map<string, Operation>>();

  /** A value that several wrote does not say whose write was applied. */
  learn({ key, writers, from }: Version): void {
    const [writer] = writers;
    if (writer === undefined || writers.length > 1 || from < 0) return;
    for (const map of [this.bySession, entry(this.byKey, key, () => new Map<string, Operation>())]) {
      const before = map.get(writer.session);
      if (before === undefined || before.start < writer.start) map.set(writer.session, writer);
    }
  }

  copy(): NodeKnowledge {
    const copy = new NodeKnowledge();
    for (const [session, write] of this.bySession) copy.bySession.set(session, write);
    for (const [key, sessions] of this.byKey) copy.byKey.set(key, new Map(sessions));
    return copy;
  }
}

function tooOld(read: Operation, version: Version, requirement: Requirement): Finding {
  const { seen, required, because } = requirement;
  return violated(
    null,
    [
      `node ${read.node} had shown ${nameOf(seen)}; ${because}`,
      `yet there ${nameOf(read)} saw ${keyIs(version.key, version.value)}, which is older`,
    ],
    [seen, required, read, ...version.writers],
  );
}
