import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { violated, type Checker, type Finding } from './checker.ts';
import { isCollection } from './provenance.ts';
import { elementsOf, type Subject } from './subject.ts';
import { entry, sessionsOf, sweep } from './sweep.ts';
import { shownBy, Versions } from './versions.ts';
import { keyIs, nameOf } from './words.ts';

export const readYourWrites: Checker = {
  name: 'read-your-writes',
  claim:
    'After an acknowledged write, its session never reads a version of that key whose write had ended before its own began (of sets and lists: one without what it added).',
  source: 'Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads of a key after a write of it by the same session' },
  check(subject) {
    const versions = new Versions(subject);
    let seen = 0;
    const found: Finding[] = [];
    for (const session of sessionsOf(subject.operations)) {
      const rule = isCollection(subject.kind) ? collectionRule(subject) : registerRule(subject, versions);
      sweep(session, rule.wrote, (operation) => {
        seen += rule.expected(operation);
        const one = rule.missed(operation);
        if (one !== null) found.push(one);
        return null;
      });
    }
    return {
      ...(found[0] ?? { verdict: 'valid', seen }),
      figures: { readsOfOwn: seen, missing: found.length },
    };
  },
};

interface Rule {
  wrote(operation: Operation): void;
  /** How many of its reads come after a write of the session's own. */
  expected(operation: Operation): number;
  missed(operation: Operation): Finding | null;
}

function registerRule({ steps }: Subject, versions: Versions): Rule {
  /** The latest to begin of the writes that have ended. */
  const latest = new Map<string, Operation>();
  return {
    wrote(operation) {
      for (const { kind, key } of steps[operation.id]!) {
        const before = latest.get(key);
        if (kind !== 'read' && (before === undefined || before.start < operation.start))
          latest.set(key, operation);
      }
    },
    expected: ({ id }) =>
      steps[id]!.filter((step) => shownBy(step) !== undefined && latest.has(step.key)).length,
    missed(operation) {
      for (const step of steps[operation.id]!) {
        const shown = shownBy(step);
        const own = latest.get(step.key);
        if (shown === undefined || own === undefined) continue;
        const version = versions.of(step.key, shown);
        if (version.until >= own.start) continue;
        return violated(
          null,
          [
            `${nameOf(operation)} saw ${keyIs(step.key, shown)}, which is older than ${nameOf(own)}, the session's own write before it`,
          ],
          [own, operation, ...version.writers],
        );
      }
      return null;
    },
  };
}

function collectionRule({ steps }: Subject): Rule {
  const own = new Map<string, Map<string, Operation>>();
  return {
    wrote(operation) {
      for (const { kind, key, value } of steps[operation.id]!) {
        if (kind !== 'read')
          entry(own, key, () => new Map<string, Operation>()).set(textOf(value), operation);
      }
    },
    expected: ({ id }) => steps[id]!.filter(({ kind, key }) => kind === 'read' && own.has(key)).length,
    missed(operation) {
      for (const { kind, key, value } of steps[operation.id]!) {
        const added = own.get(key);
        if (kind !== 'read' || added === undefined) continue;
        const shown = new Set(elementsOf(value).map(textOf));
        for (const [element, write] of added) {
          if (shown.has(element)) continue;
          return violated(
            null,
            [
              `${nameOf(operation)} does not show ${element}, which ${nameOf(write)} of the same session had added before`,
            ],
            [write, operation],
          );
        }
      }
      return null;
    },
  };
}
