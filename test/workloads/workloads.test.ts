import { describe, expect, test } from 'vitest';
import { checkers } from '../../src/checkers/checkers.ts';
import { judge } from '../../src/checkers/judge.ts';
import { subjectOf } from '../../src/checkers/subject.ts';
import type { Operation } from '../../src/history/operation.ts';
import { createRng } from '../../src/lib/rng.ts';
import type { Answer, Call, Planned, Setup, Workload } from '../../src/workloads/workload.ts';
import { workloads } from '../../src/workloads/workloads.ts';
import { read } from '../house/sources.ts';
import { fc } from '../support/property.ts';

const never = (): boolean => false;

const setups = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }),
  keys: fc.integer({ min: 1, max: 5 }),
  clients: fc.integer({ min: 1, max: 5 }),
  reads: fc.constantFrom(0.2, 0.5, 0.8),
});

function setupOf({ seed, ...setup }: { seed: number } & Omit<Setup, 'prefix' | 'rng'>): Setup {
  return { ...setup, prefix: 'l1', rng: createRng(seed) };
}

/** A store that does everything at once. */
function createStore() {
  const pairs = new Map<string, string>();
  const carryOut = (call: Call): Answer => {
    switch (call.kind) {
      case 'get':
        return pairs.get(call.key) ?? null;
      case 'put':
        pairs.set(call.key, call.value);
        return null;
      case 'incr':
        pairs.set(call.key, String(Number(pairs.get(call.key) ?? '0') + call.by));
        return null;
      case 'append': {
        const before = pairs.get(call.key);
        pairs.set(call.key, before === undefined ? call.element : `${before} ${call.element}`);
        return null;
      }
      case 'scan':
        return [...pairs.keys()].filter((key) => key.startsWith(call.prefix)).slice(0, call.limit);
    }
  };
  return { pairs, carryOut };
}

interface Step {
  readonly process: number;
  readonly planned: Planned;
  readonly shown: Operation['output'];
  readonly node: string;
  readonly final: boolean;
}

function runOnce(workload: Workload, setup: Setup, steps: number): readonly Operation[] {
  const generator = workload.create(setup);
  const { pairs, carryOut } = createStore();
  const done = Array.from({ length: steps }, (_, i): Step => {
    const process = i % setup.clients;
    const planned = generator.next(process);
    const answer = carryOut(planned.call);
    const shown = planned.f === 'read' ? workload.shown(answer) : planned.value;
    return { process, planned, shown, node: 'n1', final: false };
  });
  const finals = generator.keys().flatMap((key) =>
    ['n1', 'n2'].map((node, i): Step => {
      const planned: Planned = { f: 'read', key, value: null, call: { kind: 'get', key } };
      return { process: 1000 + i, planned, shown: workload.inPage(key, pairs), node, final: true };
    }),
  );
  return [...done, ...finals].map(({ process, planned: { f, key, value }, shown, node, final }, id) => ({
    id,
    process,
    session: String(process),
    f,
    key,
    input: value,
    output: shown,
    outcome: 'ok',
    start: 2 * id,
    end: 2 * id + 1,
    startMs: 2 * id,
    endMs: 2 * id + 1,
    node,
    final,
    line: id + 1,
  }));
}

describe.for(Object.entries<Workload>(workloads))('%s', ([name, workload]) => {
  test('has a file, a line of docs, and claims that there are', () => {
    expect(workload.name).toBe(name);
    expect(read(`src/workloads/${name}.ts`)).toContain(`export const ${name}: Workload`);
    expect(read('src/workloads/README.md')).toContain(`| \`${name}\` |`);
    const known = checkers.filter(({ takes }) => takes.includes(workload.model)).map((one) => one.name);
    expect(workload.claims.filter((claim) => !known.includes(claim))).toEqual([]);
    expect(workload.claims.length).toBeGreaterThan(0);
  });

  test('what a store that does everything at once makes of it, keeps every claim it is for', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const operations = runOnce(workload, setupOf(setup), 400);
        const header = { nodes: ['n1', 'n2'], initial: null };
        const subject = subjectOf({ header, operations, keyed: false }, { kind: workload.model });
        for (const checker of checkers.filter((one) => workload.claims.includes(one.name))) {
          expect({ claim: checker.name, ...judge(checker, subject, never) }).toMatchObject({
            verdict: 'valid',
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  test('a client does the same whoever is faster; another seed, something else', () => {
    const own = (seed: number, order: readonly number[]) => {
      const generator = workload.create(setupOf({ seed, keys: 3, clients: 2, reads: 0.5 }));
      const planned = order.map((client) => ({ client, planned: generator.next(client) }));
      return planned.flatMap(({ client, planned: one }) => (client === 0 ? [one] : []));
    };
    const first = Array.from({ length: 30 }, () => 0);
    const inTurn = first.flatMap((client) => [1, client]);
    expect(own(7, inTurn)).toEqual(own(7, first));
    if (name !== 'session') expect(own(8, first)).not.toEqual(own(7, first));
  });

  test('values are written once, and keys begin with the prefix', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const generator = workload.create(setupOf(setup));
        const planned = Array.from({ length: 300 }, (_, i) => generator.next(i % setup.clients));
        const written = planned
          .filter(({ f }) => f !== 'read' && f !== 'incr')
          .map(({ key, value }) => `${key} ${JSON.stringify(value)}`);
        expect(new Set(written).size).toBe(written.length);
        expect(planned.filter(({ key }) => !key.startsWith('l1/'))).toEqual([]);
        expect(new Set(generator.keys())).toEqual(
          new Set([...generator.keys(), ...planned.map(({ key }) => key)]),
        );
      }),
    );
  });

  test('reads are about as many as was asked for', () => {
    for (const reads of [0.2, 0.5, 2 / 3]) {
      const generator = workload.create(setupOf({ seed: 1, keys: 3, clients: 4, reads }));
      const planned = Array.from({ length: 4000 }, (_, i) => generator.next(i % 4));
      const share = planned.filter(({ f }) => f === 'read').length / planned.length;
      // A session reads what it wrote at least once.
      const expected = name === 'session' ? Math.max(0.5, reads) : reads;
      expect(Math.abs(share - expected)).toBeLessThan(0.05);
    }
  });
});

test('sets and lists are retired before they are long', () => {
  for (const [workload, most] of [
    [workloads.set, 128],
    [workloads.append, 64],
  ] as const) {
    const operations = runOnce(workload, setupOf({ seed: 3, keys: 2, clients: 3, reads: 0.1 }), 1500);
    const longest = Math.max(...operations.map(({ output }) => (Array.isArray(output) ? output.length : 0)));
    expect(longest).toBe(most);
  }
});
