import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientPlace, linksOf, type Place } from '../../src/cluster/place.ts';
import type { ActiveFault, FaultKindName, FaultParams, Flow } from '../../src/faults/fault.ts';
import { addFault, faultKinds, formatFault, parseFault, verdictOf } from '../../src/faults/faults.ts';
import { receiverOf, senderOf } from '../../src/faults/flow.ts';
import { tempDir } from '../support/until.ts';

const kinds = Object.keys(faultKinds) as FaultKindName[];
const nodes = ['n1', 'n2', 'n3', 'n10'];
const places: readonly Place[] = [...nodes, clientPlace];
const flows: readonly Flow[] = linksOf(nodes).flatMap((link) => [
  { ...link, direction: 'forward' as const },
  { ...link, direction: 'back' as const },
]);

function parsed(text: string): FaultParams {
  const [kind, ...args] = text.split(' ');
  const params = parseFault(kind as FaultKindName, args, nodes);
  if (typeof params === 'string') throw new Error(`${text}: ${params}`);
  return params;
}

function active(...texts: readonly string[]): ActiveFault[] {
  return texts.map((text, at) => ({ id: `f${at + 1}`, params: parsed(text) }));
}

/** What is held, as `sender>receiver` of the link that carries it. */
function held(...texts: readonly string[]): string[] {
  const faults = active(...texts);
  return flows
    .filter((flow) => verdictOf(faults, flow).verdict === 'hold')
    .map((flow) => `${senderOf(flow)}>${receiverOf(flow)} on ${flow.from}:${flow.to}`)
    .toSorted();
}

/** Every text that some partition of the nodes and the client has. */
const partitionText = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }), fc.boolean())
  .map(([groups, clientNamed]) => {
    const named = places.filter((place) => place !== clientPlace || clientNamed);
    return [0, 1, 2]
      .map((group) => named.filter((_, at) => groups[at] === group).join(','))
      .filter((members) => members !== '')
      .join('/');
  })
  .filter((text) => text.includes('/'))
  .map((text) => `partition ${text}`);
const cutText = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom(...places))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => `cut ${from}:${to}`);
const isolateText = fc.constantFrom(...nodes).map((node) => `isolate ${node}`);
const faultText = fc.oneof(partitionText, cutText, isolateText);

describe('grammar (P8)', () => {
  test.for([
    ['partition n1', 'partition n1/n2,n3,n10'],
    ['partition n10,n2/n3', 'partition n1/n2,n10/n3'],
    ['partition client,n3/n1', 'partition n1/n2,n10/n3,client'],
    ['partition client', 'partition n1,n2,n3,n10/client'],
    ['cut n1:n2', 'cut n1:n2'],
    ['cut client:n1', 'cut client:n1'],
    ['cut n1:client', 'cut n1:client'],
    ['isolate n3', 'isolate n3'],
  ] as const)('%s is kept as %s', ([typed, kept]) => {
    expect(formatFault(parsed(typed))).toBe(kept);
  });

  test.for([
    ['partition', [], /one word/],
    ['partition', ['n1', 'n2'], /one word/],
    ['partition', [''], /a name is missing/],
    ['partition', ['n1,,n2'], /a name is missing/],
    ['partition', ['n1/'], /a name is missing/],
    ['partition', ['n1/n9'], /no node "n9"; the nodes are n1, n2, n3, n10/],
    ['partition', ['n1,n2/n1'], /n1 is named twice/],
    ['partition', ['n1,n1'], /n1 is named twice/],
    ['partition', ['n1,n2,n3,n10'], /one group/],
    ['partition', ['client,n1,n2,n3,n10'], /one group/],
    ['partition', ['@leader'], /no node "@leader"/],
    ['cut', [], /like n1:n2/],
    ['cut', ['n1'], /like n1:n2/],
    ['cut', ['n1:n2:n3'], /like n1:n2/],
    ['cut', ['n1:n2', 'n3'], /like n1:n2/],
    ['cut', ['n1:'], /a name is missing/],
    ['cut', ['n1:n1'], /cannot be cut from itself/],
    ['cut', ['client:client'], /cannot be cut from itself/],
    ['cut', ['n1:x'], /no node "x"/],
    ['isolate', [], /one node/],
    ['isolate', ['n1', 'n2'], /one node/],
    ['isolate', ['n1,n2'], /no node "n1,n2"/],
    ['isolate', ['client'], /no node "client"/],
  ] as const)('%s %j says why not', ([kind, args, reason]) => {
    expect(parseFault(kind, args, nodes)).toMatch(reason);
  });

  test('a cluster of one node has nothing to partition or isolate', () => {
    expect(parseFault('partition', ['n1'], ['n1'])).toMatch(/one group/);
    expect(parseFault('isolate', ['n1'], ['n1'])).toMatch(/only node/);
  });

  test('what a fault prints parses back to it', () => {
    fc.assert(
      fc.property(faultText, (text) => {
        expect(parsed(formatFault(parsed(text)))).toEqual(parsed(text));
      }),
    );
  });

  test.for(kinds)(
    'the usage of %s is an example that parses, and every shell passes it on as typed',
    (kind) => {
      const { usage } = faultKinds[kind];
      expect(formatFault(parsed(usage))).toMatch(new RegExp(`^${kind} `));
      for (const shell of [
        ['sh', '-c'],
        ['bash', '-O', 'failglob', '-c'],
      ]) {
        const dir = tempDir();
        const run = spawnSync(shell[0]!, [...shell.slice(1), `printf '%s ' ${usage}`], {
          cwd: dir,
          encoding: 'utf8',
        });
        expect(run).toMatchObject({ status: 0, stdout: `${usage} `, stderr: '' });
        expect(readdirSync(dir)).toEqual([]);
      }
    },
  );

  test('no fault prints a character that a shell would take for its own', () => {
    fc.assert(
      fc.property(faultText, (text) => {
        expect(formatFault(parsed(text))).toMatch(/^[a-z]+ [a-z0-9,:/]+$/);
      }),
    );
  });
});

describe('verdicts', () => {
  test('cut n1:n2 holds forward of link n1:n2 and back of link n2:n1, and nothing else (T1)', () => {
    expect(held('cut n1:n2')).toEqual(['n1>n2 on n1:n2', 'n1>n2 on n2:n1']);
  });

  test('a cut at the client holds requests or answers', () => {
    expect(held('cut client:n1')).toEqual(['client>n1 on client:n1']);
    expect(held('cut n1:client')).toEqual(['n1>client on client:n1']);
  });

  test('cut is exact: every held flow goes from the one to the other, and none of them passes', () => {
    fc.assert(
      fc.property(cutText, (text) => {
        const [from, to] = text.slice('cut '.length).split(':');
        for (const flow of flows) {
          const named = senderOf(flow) === from && receiverOf(flow) === to;
          expect(verdictOf(active(text), flow).verdict).toBe(named ? 'hold' : 'pass');
        }
      }),
    );
  });

  test('isolate holds all between the node and the others, both ways, and lets clients through', () => {
    const others = nodes.filter((node) => node !== 'n3');
    const expected = others.flatMap((other) =>
      [`${other}:n3`, `n3:${other}`].flatMap((link) => [`n3>${other} on ${link}`, `${other}>n3 on ${link}`]),
    );
    expect(held('isolate n3')).toEqual(expected.toSorted());
  });

  test('isolate is the partition of one node from the others', () => {
    fc.assert(
      fc.property(fc.constantFrom(...nodes), (node) => {
        expect(held(`isolate ${node}`)).toEqual(held(`partition ${node}`));
      }),
    );
  });

  test('a partition is symmetric: what cannot be said cannot be answered', () => {
    fc.assert(
      fc.property(partitionText, (text) => {
        const said = new Set(held(text).map((line) => line.split(' on ')[0]));
        for (const pair of said) expect(said).toContain(pair!.split('>').toReversed().join('>'));
      }),
    );
  });

  test('a partition holds exactly what goes from one group to another', () => {
    fc.assert(
      fc.property(partitionText, (text) => {
        const groups = text
          .slice('partition '.length)
          .split('/')
          .map((group) => group.split(','));
        const named = groups.flat();
        const rest = nodes.filter((node) => !named.includes(node));
        const of = (place: Place) => [...groups, rest].findIndex((group) => group.includes(place));
        for (const flow of flows) {
          const [from, to] = [of(senderOf(flow)), of(receiverOf(flow))];
          const cut = from !== -1 && to !== -1 && from !== to;
          expect(verdictOf(active(text), flow).verdict).toBe(cut ? 'hold' : 'pass');
        }
      }),
    );
  });

  test('clients are cut only when named (P8)', () => {
    expect(held('partition n1/n2').filter((line) => line.includes(clientPlace))).toEqual([]);
    expect(held('partition n1,client/n2').filter((line) => line.includes(clientPlace))).toEqual([
      'client>n10 on client:n10',
      'client>n2 on client:n2',
      'client>n3 on client:n3',
      'n10>client on client:n10',
      'n2>client on client:n2',
      'n3>client on client:n3',
    ]);
  });

  test('verdicts do not depend on the order of the faults, and name every fault that holds', () => {
    fc.assert(
      fc.property(fc.array(faultText, { maxLength: 5 }), (texts) => {
        const faults = active(...texts);
        for (const flow of flows) {
          const there = verdictOf(faults, flow);
          const back = verdictOf(faults.toReversed(), flow);
          expect(back.verdict).toBe(there.verdict);
          expect(back.by).toEqual(there.by.toReversed());
          expect(there.by).toEqual(
            faults.filter((f) => verdictOf([f], flow).verdict === 'hold').map((f) => f.id),
          );
        }
      }),
    );
  });
});

describe('faults in force', () => {
  test('a partition takes the place of an earlier one, and leaves other kinds alone', () => {
    const before = active('partition n1', 'cut n1:n2');
    const next = { id: 'f3', params: parsed('partition n1,n2') };
    expect(addFault(before, next)).toEqual({
      faults: [before[1], next],
      changed: true,
      fault: next,
      replaced: [before[0]],
    });
  });

  test('cuts and isolations stack', () => {
    let faults: readonly ActiveFault[] = [];
    for (const [at, text] of ['cut n1:n2', 'cut n2:n1', 'isolate n1', 'isolate n3'].entries()) {
      const added = addFault(faults, { id: `f${at}`, params: parsed(text) });
      expect(added).toMatchObject({ changed: true, replaced: [] });
      faults = added.faults;
    }
    expect(faults.map((fault) => fault.id)).toEqual(['f0', 'f1', 'f2', 'f3']);
  });

  test('an equal fault in force stays as it is, however it was spelled', () => {
    const before = active('cut n1:n2', 'partition n3,n1/n2,n10');
    const again = addFault(before, { id: 'f3', params: parsed('partition n10,n2') });
    expect(again).toEqual({ faults: before, changed: false, fault: before[1], replaced: [] });
  });

  test('adding is idempotent, and what was added is in force', () => {
    fc.assert(
      fc.property(fc.array(faultText, { maxLength: 4 }), faultText, (texts, text) => {
        const start = texts.reduce<readonly ActiveFault[]>(
          (faults, each, at) => addFault(faults, { id: `f${at}`, params: parsed(each) }).faults,
          [],
        );
        const once = addFault(start, { id: 'new', params: parsed(text) });
        const twice = addFault(once.faults, { id: 'newer', params: parsed(text) });
        expect(once.faults).toContain(once.fault);
        expect(twice).toEqual({ faults: once.faults, changed: false, fault: once.fault, replaced: [] });
        expect(once.faults.filter((fault) => fault.params.kind === 'partition').length).toBeLessThanOrEqual(
          1,
        );
      }),
    );
  });
});
