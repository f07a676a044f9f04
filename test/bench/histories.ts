import type { History, Operation, Outcome } from '../../src/history/operation.ts';
import type { Value } from '../../src/history/value.ts';
import { createRng, type Rng } from '../../src/lib/rng.ts';

export interface Client {
  readonly f: string;
  readonly key: string | null;
  readonly input: Value;
}

export interface Plan {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  /** Of 100: outcomes that nobody learns. Half of those take effect. */
  readonly unknownPercent?: number;
  /** What a client does next; `fresh` counts up. */
  next(rng: Rng, fresh: number): Client;
  /** Takes effect: what it gives back; undefined: it fails. */
  apply(client: Client): Value | undefined;
}

type Open = Client & { id: number; process: number; effect: { readonly value: Value | undefined } | null };

/**
 * A history of one real copy, and so linearizable: each operation takes effect at a moment of its own between
 * its beginning and its end. As in Jepsen, a process whose outcome is unknown is followed by another.
 */
export function legalHistory({
  seed,
  operations: count,
  clients,
  unknownPercent = 0,
  next,
  apply,
}: Plan): History {
  const rng = createRng(seed);
  const operations: Operation[] = [];
  const open: (Open | null)[] = Array.from({ length: clients }, () => null);
  const processes = Array.from({ length: clients }, (_, i) => i);
  let place = 0;
  let fresh = 0;
  let begun = 0;
  for (let ended = 0; ended < count;) {
    const who = rng.below(clients);
    const one = open[who] ?? null;
    if (one === null) {
      if (begun === count) continue;
      const client = next(rng, (fresh += 1));
      open[who] = { ...client, id: begun, process: processes[who]!, effect: null };
      operations.push(operation(open[who], place));
      begun += 1;
    } else if (one.effect === null) {
      const unknown = rng.below(100) < unknownPercent;
      if (!unknown || rng.chance(0.5)) one.effect = { value: apply(one) };
      if (!unknown) continue;
      processes[who]! += clients;
      open[who] = null;
      ended += 1;
    } else {
      const { value } = one.effect;
      const outcome: Outcome = value === undefined ? 'fail' : 'ok';
      const done = {
        output: value ?? (one.f === 'read' ? null : one.input),
        outcome,
        end: place,
        endMs: place,
      };
      operations[one.id] = Object.assign(operations[one.id]!, done);
      open[who] = null;
      ended += 1;
    }
    place += 1;
  }
  return { header: {}, operations, keyed: false };
}

function operation({ id, process, f, key, input }: Open, place: number): Operation {
  const who = { id, process, session: String(process), f, key, input, output: input };
  return {
    ...who,
    outcome: 'info',
    start: place,
    end: Infinity,
    startMs: place,
    endMs: null,
    node: `n${(process % 3) + 1}`,
    final: false,
    line: place + 1,
  };
}

/** One register, every value written once. */
export function registerHistory(operations: number): History {
  let value: Value = null;
  return legalHistory({
    seed: 1,
    operations,
    clients: 10,
    next: (rng, fresh) =>
      rng.chance(0.5) ? { f: 'read', key: null, input: null } : { f: 'write', key: null, input: `v${fresh}` },
    apply: ({ f, input }) => (f === 'read' ? value : (value = input)),
  });
}

/** Ten keys and many clients: lists that are appended to and read whole. */
export function appendHistory(operations: number, clients: number): History {
  const lists = new Map<string, Value[]>();
  return legalHistory({
    seed: 2,
    operations,
    clients,
    next: (rng, fresh) => {
      const key = `k${rng.below(10)}`;
      return rng.chance(0.5) ? { f: 'read', key, input: null } : { f: 'append', key, input: fresh };
    },
    apply({ f, key, input }) {
      const list = lists.get(key!) ?? [];
      if (f === 'read') return [...list];
      lists.set(key!, [...list, input]);
      return input;
    },
  });
}

/** Ten keys and many clients: values that repeat, and cas. */
export function casHistory(operations: number, clients: number): History {
  const registers = new Map<string, Value>();
  return legalHistory({
    seed: 3,
    operations,
    clients,
    next(rng) {
      const key = `k${rng.below(10)}`;
      const value = rng.below(5);
      if (rng.chance(0.4)) return { f: 'read', key, input: null };
      return rng.chance(0.5)
        ? { f: 'write', key, input: value }
        : { f: 'cas', key, input: [rng.below(5), value] };
    },
    apply({ f, key, input }) {
      const value = registers.get(key!) ?? null;
      if (f === 'read') return value;
      if (f === 'write') registers.set(key!, input);
      else {
        const [from, to] = input as readonly Value[];
        if (from !== value) return undefined;
        registers.set(key!, to!);
      }
      return input;
    },
  });
}

/** Transactions on lists of which a few at a time are in use, as Jepsen's. */
export function transactionHistory(operations: number, unknownPercent: number): History {
  const lists = new Map<string, readonly Value[]>();
  return legalHistory({
    seed: 4,
    operations,
    clients: 20,
    unknownPercent,
    next(rng, fresh) {
      const micro = Array.from({ length: rng.between(1, 4) }, (_, i): Value => {
        const key = String(Math.floor(fresh / 60) + rng.below(5));
        return rng.chance(0.5) ? ['r', key, null] : ['append', key, fresh * 4 + i];
      });
      return { f: 'txn', key: null, input: micro };
    },
    apply({ input }) {
      return (input as readonly (readonly [string, string, Value])[]).map(([f, key, value]): Value => {
        const list = lists.get(key) ?? [];
        if (f === 'r') return [f, key, list];
        lists.set(key, [...list, value]);
        return [f, key, value];
      });
    },
  });
}
