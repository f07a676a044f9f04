import { models, type State } from '../../src/checkers/models.ts';
import type { Subject } from '../../src/checkers/subject.ts';
import type { History, Operation, Outcome } from '../../src/history/operation.ts';
import type { Step } from '../../src/history/steps.ts';
import { textOf, type Value } from '../../src/history/value.ts';
import { fc } from '../support/property.ts';

const choice = fc.record({
  process: fc.nat(2),
  keys: fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.nat(97)), { minLength: 1, maxLength: 3 }),
  outcome: fc.nat(19),
  lag: fc.nat(5),
});

/**
 * Small histories of transactions on two lists. Each takes a snapshot, now and then an old one, and appends
 * when it ends: often serializable, often skewed in some way.
 */
export const transactionHistories: fc.Arbitrary<History> = fc
  .array(choice, { minLength: 6, maxLength: 12 })
  .map((choices) => {
    const versions: ReadonlyMap<string, readonly Value[]>[] = [new Map()];
    const open = new Map<number, { id: number; micro: readonly (readonly [string, string, Value])[] }>();
    const operations: Operation[] = [];
    let fresh = 0;
    choices.forEach(({ process, keys, outcome, lag }, place) => {
      const begun = open.get(process);
      if (begun === undefined) {
        const snapshot = versions[Math.max(0, versions.length - 1 - (lag > 3 ? lag - 3 : 0))]!;
        const micro = keys.map(([key, pick]): readonly [string, string, Value] =>
          pick % 2 === 0 ? ['r', key, snapshot.get(key) ?? []] : ['append', key, (fresh += 1)],
        );
        const own = withOwnAppends(micro, lag);
        const input = own.map(([f, key, value]): Value => [f, key, f === 'r' ? null : value]);
        open.set(process, { id: operations.length, micro: own });
        operations.push(operation(operations.length, process, input, place));
        return;
      }
      open.delete(process);
      const ended: Outcome = outcome === 0 ? 'info' : outcome === 1 ? 'fail' : 'ok';
      if (ended !== 'fail') versions.push(applied(versions.at(-1)!, begun.micro));
      if (ended === 'info') return;
      const output = ended === 'ok' ? begun.micro : operations[begun.id]!.input;
      operations[begun.id] = { ...operations[begun.id]!, output, outcome: ended, end: place, endMs: place };
    });
    return { header: {}, operations, keyed: false };
  });

type Micro = readonly (readonly [string, string, Value])[];

/** A read shows what the transaction appended before; one in a while does not. */
function withOwnAppends(micro: Micro, lag: number): Micro {
  return micro.map(([f, key, value], i) => {
    if (f !== 'r' || lag === 5) return [f, key, value];
    const own = micro.slice(0, i).filter(([other, of]) => other === 'append' && of === key);
    return [f, key, [...(value as readonly Value[]), ...own.map(([, , element]) => element)]];
  });
}

function applied(
  before: ReadonlyMap<string, readonly Value[]>,
  micro: Micro,
): ReadonlyMap<string, readonly Value[]> {
  const after = new Map(before);
  for (const [f, key, value] of micro) if (f === 'append') after.set(key, [...(after.get(key) ?? []), value]);
  return after;
}

function operation(id: number, process: number, input: Value, place: number): Operation {
  return {
    id,
    process,
    session: String(process),
    f: 'txn',
    key: null,
    input,
    output: input,
    outcome: 'info',
    start: place,
    end: Infinity,
    startMs: place,
    endMs: null,
    node: null,
    final: false,
    line: place + 1,
  };
}

/**
 * Snapshot isolation by its definition: some order of commits, in which each transaction reads from what had
 * been committed up to some moment before its own, and nobody wrote its keys between the two.
 */
export function snapshotsExplain({ operations, steps }: Subject): boolean {
  const writes = ({ id }: Operation): readonly Step[] => steps[id]!.filter(({ kind }) => kind !== 'read');
  type States = readonly { readonly state: ReadonlyMap<string, State>; readonly writer: Operation | null }[];
  const canCommit = (txn: Operation, states: States): boolean => {
    const keys = new Set(writes(txn).map(({ key }) => key));
    for (let i = states.length - 1; i >= 0; i -= 1) {
      if (run(states[i]!.state, steps[txn.id]!) !== null) return true;
      const { writer } = states[i]!;
      if (writer !== null && writes(writer).some(({ key }) => keys.has(key))) return false;
    }
    return false;
  };
  const go = (left: readonly Operation[], states: States): boolean =>
    left.every(({ outcome }) => outcome !== 'ok') ||
    left.some(
      (txn) =>
        canCommit(txn, states) &&
        go(
          left.filter((other) => other !== txn),
          [...states, { state: run(states.at(-1)!.state, writes(txn))!, writer: txn }],
        ),
    );
  const committed = operations.filter(({ outcome }) => outcome !== 'fail');
  return go(committed, [{ state: new Map(), writer: null }]);
}

function run(state: ReadonlyMap<string, State>, steps: readonly Step[]): ReadonlyMap<string, State> | null {
  const after = new Map(state);
  for (const step of steps) {
    const next = models.list.step(after.get(step.key) ?? textOf([]), step);
    if (next === null) return null;
    after.set(step.key, next);
  }
  return after;
}
