import type { Method, Methods } from './message.ts';
import { copyNamePattern } from './state-dir.ts';

/** For so long a fault or a pause may last that ends by itself: a year. */
export const longestForMs = 365 * 24 * 3_600_000;

type Check = (value: unknown) => boolean;

/**
 * Whether a method's parameters, as they came from a socket, have the form the method's type promises. What
 * is inside a fault is judged by the grammar of faults.
 */
export function isParamsOf(method: Method, params: object): boolean {
  const fields = shapes[method] as Readonly<Record<string, Check>>;
  return Object.entries(fields).every(([name, fits]) => fits((params as Record<string, unknown>)[name]));
}

const actions = [
  'kill',
  'stop',
  'start',
  'restart',
  'pause',
  'resume',
] satisfies readonly Methods['node']['params']['action'][];

const shapes: { readonly [M in Method]: { readonly [F in keyof Methods[M]['params']]-?: Check } } = {
  hello: {},
  ready: {},
  snapshot: { fresh: isFlag },
  watch: { everyMs: isNumber },
  events: { after: isNumber, follow: isFlag },
  fault: {
    fault: (value) => isObject(value) && isText(value['kind']),
    add: isFlagIfAny,
    forMs: isDurationIfAny,
  },
  heal: { ids: (value) => value === null || (Array.isArray(value) && value.every(isText)) },
  node: {
    action: (value) => (actions as readonly unknown[]).includes(value),
    nodes: (value) => Array.isArray(value) && value.every(isText),
    process: isFlagIfAny,
    wipe: isFlagIfAny,
    forMs: isDurationIfAny,
  },
  disk: {
    action: (value) => value === 'save' || value === 'restore',
    node: isText,
    name: (value) => isText(value) && copyNamePattern.test(value),
  },
  reset: {},
  promote: { node: isText, shard: isCountIfAny, force: isFlag },
  set: { settings: (value) => isObject(value) && Object.values(value).every(isText) },
  load: { plan: isPlan, pid: isNumber },
  'load-end': { id: isText, figures: isFacts },
  'load-start': { plan: isPlan, withinMs: isNumber },
  'load-stop': { id: (value) => value === null || isText(value) },
  loads: {},
  down: { keep: isFlag },
};

function isFlagIfAny(value: unknown): boolean {
  return value === undefined || isFlag(value);
}

function isDurationIfAny(value: unknown): boolean {
  return (
    value === undefined || (isNumber(value) && (value as number) > 0 && (value as number) <= longestForMs)
  );
}

function isCountIfAny(value: unknown): boolean {
  return value === undefined || (isNumber(value) && (value as number) >= 0);
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** Whoever runs it knows the rest of it. */
function isPlan(value: unknown): boolean {
  return isObject(value) && isText(value['workload']);
}

function isFacts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((fact) => fact === null || typeof fact !== 'object');
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
