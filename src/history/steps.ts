import { keyText, short } from './events.ts';
import { HistoryMistake } from './mistake.ts';
import type { Operation } from './operation.ts';
import { isList, type Value } from './value.ts';

/**
 * What an operation does to one key, whatever its f is called. Of an operation that is not `ok` only what it
 * may have changed is here: what it read is not known.
 */
export type Step =
  | { readonly kind: 'read'; readonly key: string; readonly value: Value }
  | { readonly kind: 'write'; readonly key: string; readonly value: Value }
  /** An `ok` one found `from` and wrote `value`. */
  | { readonly kind: 'cas'; readonly key: string; readonly from: Value; readonly value: Value }
  /** To a set or a counter. */
  | { readonly kind: 'add'; readonly key: string; readonly value: Value }
  | { readonly kind: 'append'; readonly key: string; readonly value: Value };

export type StepKind = Step['kind'];

/** The key of a history that names none. */
export const onlyKey = '';

const kinds: Readonly<Record<string, StepKind>> = {
  read: 'read',
  r: 'read',
  get: 'read',
  write: 'write',
  w: 'write',
  put: 'write',
  cas: 'cas',
  add: 'add',
  incr: 'add',
  append: 'append',
};

/** Throws HistoryMistake: an f there is no rule for, or a value that is not of its form. */
export function stepsOf(operation: Operation): readonly Step[] {
  const { f, input, output, outcome, line } = operation;
  const key = operation.key ?? onlyKey;
  if (f === 'txn') return transaction(operation);
  if (f === 'delete' || f === 'del') return [{ kind: 'write', key, value: null }];
  const kind = Object.hasOwn(kinds, f) ? kinds[f]! : undefined;
  switch (kind) {
    case undefined:
      throw new HistoryMistake(
        line,
        `f is ${short(f)}; expected ${Object.keys(kinds).join(', ')}, delete or txn`,
      );
    case 'read':
      return outcome === 'ok' ? [{ kind, key, value: output }] : [];
    case 'cas': {
      if (!isList(input) || input.length !== 2) {
        throw new HistoryMistake(line, `the value of a cas is ${short(input)}; expected [old new]`);
      }
      return [{ kind, key, from: input[0]!, value: input[1]! }];
    }
    case 'add':
      return [{ kind, key, value: f === 'incr' && input === null ? 1 : input }];
    default:
      return [{ kind, key, value: input }];
  }
}

function transaction({ input, output, outcome, line }: Operation): readonly Step[] {
  const value = outcome === 'ok' ? output : input;
  if (!isList(value)) {
    throw new HistoryMistake(line, `the value of a txn is ${short(value)}; expected a list of [f key value]`);
  }
  return value.flatMap((micro): Step[] => {
    const [f, key, argument] = isList(micro) ? micro : [];
    const kind = typeof f === 'string' && Object.hasOwn(kinds, f) ? kinds[f]! : undefined;
    if (
      kind === undefined ||
      kind === 'cas' ||
      kind === 'add' ||
      key === undefined ||
      argument === undefined
    ) {
      throw new HistoryMistake(
        line,
        `${short(micro)} stands in a txn; expected [r key nil], [w key value] or [append key value]`,
      );
    }
    if (kind === 'read' && outcome !== 'ok') return [];
    return [{ kind, key: keyText(key), value: argument }];
  });
}
