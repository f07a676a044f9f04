import type { Form } from './edn.ts';
import { HistoryMistake } from './mistake.ts';
import type { HistoryEvent, Outcome } from './operation.ts';
import { isList, printValue, type Value } from './value.ts';

type Fields = { readonly [name: string]: Value };

/** Operation maps as events. `keyed`: their values were `[key value]` tuples of jepsen.independent. */
export function eventsOf(forms: readonly Form[]): {
  readonly events: readonly HistoryEvent[];
  readonly keyed: boolean;
} {
  const events = forms.map(eventOf);
  const keyed = isKeyed(events);
  return { events: keyed ? events.map(withKeyApart) : events, keyed };
}

export function isFields(value: Value): value is Fields {
  return value !== null && typeof value === 'object' && !isList(value);
}

const types: readonly string[] = ['invoke', 'ok', 'fail', 'info'];

function eventOf({ value: form, line }: Form): HistoryEvent {
  if (!isFields(form)) {
    throw new HistoryMistake(
      line,
      `${short(form)}; expected an operation: a map with type, process, f, value`,
    );
  }
  const { type, process, key, value = null, time, node, session } = form;
  if (typeof type !== 'string' || !types.includes(type)) {
    throw new HistoryMistake(line, `type is ${short(type)}; expected invoke, ok, fail or info`);
  }
  const isClient = typeof process === 'number';
  if (!isClient && typeof process !== 'string') {
    throw new HistoryMistake(line, `process is ${short(process)}; expected a number`);
  }
  if (isClient && !Number.isInteger(process)) {
    throw new HistoryMistake(line, `process is ${process}; expected a whole number`);
  }
  return {
    type: type as 'invoke' | Outcome,
    process: isClient ? process : null,
    f: isClient ? fOf(form, line) : '',
    key: key === undefined || key === null ? null : keyText(key),
    value,
    atMs: typeof time === 'number' ? time / 1e6 : null,
    node: typeof node === 'string' ? node : null,
    session: typeof session === 'string' ? session : null,
    final: form['final'] === true || form['final?'] === true,
    line,
  };
}

/** Elle's histories may leave the f of a transaction out. */
function fOf({ f, value }: Fields, line: number): string {
  if (typeof f === 'string' && f !== '') return f;
  if ((f === undefined || f === null) && value !== undefined && isTransaction(value)) return 'txn';
  throw new HistoryMistake(line, `f is ${short(f)}; expected what the operation does, such as "read"`);
}

export function keyText(key: Value): string {
  return typeof key === 'string' ? key : printValue(key);
}

function isTransaction(value: Value): boolean {
  return isList(value) && value.every(isList);
}

/**
 * Jepsen writes its tuples as plain vectors, so whether values are keyed has to be seen: every client's value
 * is a pair, and a read is invoked with `[key nil]`, where one without keys is invoked with nil.
 */
function isKeyed(events: readonly HistoryEvent[]): boolean {
  const clients = events.filter(({ process }) => process !== null);
  const pair = ({ f, key, value }: HistoryEvent): boolean => {
    if (key !== null || !isList(value) || value.length !== 2) return false;
    return f !== 'txn' || (!isList(value[0]!) && isTransaction(value[1]!));
  };
  const tells = ({ type, f, value }: HistoryEvent): boolean =>
    type === 'invoke' && (f === 'txn' || (isList(value) && value[1] === null));
  return clients.some(tells) && clients.every(pair);
}

function withKeyApart(event: HistoryEvent): HistoryEvent {
  if (event.process === null || !isList(event.value)) return event;
  const [key, value] = event.value;
  return { ...event, key: keyText(key!), value: value! };
}

export function short(value: Value | undefined): string {
  if (value === undefined) return 'missing';
  const text = printValue(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
