import { describe, expect, test } from 'vitest';
import { clientPlace, type Place } from '../../src/cluster/place.ts';
import type { ActiveFault } from '../../src/faults/fault.ts';
import { addFault, countsOf, verdictOf } from '../../src/faults/faults.ts';
import { receiverOf, senderOf } from '../../src/faults/flow.ts';
import { active, cutText, faultText, flows, held, nodes, parsed, partitionText } from './texts.ts';
import { fc } from '../support/property.ts';

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
          expect(verdictOf(active(text), flow).state).toBe(named ? 'hold' : 'pass');
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
          expect(verdictOf(active(text), flow).state).toBe(cut ? 'hold' : 'pass');
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
          expect(back.state).toBe(there.state);
          expect(back.by).toEqual(there.by.toReversed());
          expect(there.by).toEqual(
            faults.filter((f) => verdictOf([f], flow).state === 'hold').map((f) => f.id),
          );
        }
      }),
    );
  });
});

describe('counts', () => {
  test.for([
    ['link n1:n2 --delay 1ms', ['lost', 'duplicated', 'reordered', 'stalled']],
    ['partition n1', []],
    ['partition n1 --reset', ['reset']],
    ['cut n1:n2 --reset', ['reset']],
    ['isolate n1 --reset', ['reset']],
    ['limit n1 1/s', ['requests', 'delayed', 'waitMs']],
  ] as const)('%s counts %j', ([text, counts]) => {
    expect(countsOf(parsed(text))).toEqual(counts);
  });
});

describe('faults in force', () => {
  test('a partition takes the place of an earlier one, and leaves other kinds alone', () => {
    const before = active('partition n1', 'cut n1:n2');
    const next = { id: 'f3', since: 0, params: parsed('partition n1,n2') };
    expect(addFault(before, next)).toEqual({
      faults: [before[1], next],
      changed: true,
      fault: next,
      replaced: [before[0]],
    });
  });

  test('a skew takes the place of another on the same node, and of no other', () => {
    const before = active('skew n1 --offset 5s', 'skew n2 --offset 5s');
    const next = { id: 'f3', since: 0, params: parsed('skew n1 --drift 1%') };
    expect(addFault(before, next)).toMatchObject({ faults: [before[1], next], replaced: [before[0]] });
  });

  test('cuts and isolations stack', () => {
    let faults: readonly ActiveFault[] = [];
    for (const [at, text] of ['cut n1:n2', 'cut n2:n1', 'isolate n1', 'isolate n3'].entries()) {
      const added = addFault(faults, { id: `f${at}`, since: 0, params: parsed(text) });
      expect(added).toMatchObject({ changed: true, replaced: [] });
      faults = added.faults;
    }
    expect(faults.map((fault) => fault.id)).toEqual(['f0', 'f1', 'f2', 'f3']);
  });

  test('an equal fault in force stays as it is, however it was spelled', () => {
    const before = active('cut n1:n2', 'partition n3,n1/n2,n10');
    const again = addFault(before, { id: 'f3', since: 0, params: parsed('partition n10,n2') });
    expect(again).toEqual({ faults: before, changed: false, fault: before[1], replaced: [] });
  });

  test('adding is idempotent, and what was added is in force', () => {
    fc.assert(
      fc.property(fc.array(faultText, { maxLength: 4 }), faultText, (texts, text) => {
        const start = texts.reduce<readonly ActiveFault[]>(
          (faults, each, at) => addFault(faults, { id: `f${at}`, since: 0, params: parsed(each) }).faults,
          [],
        );
        const once = addFault(start, { id: 'new', since: 0, params: parsed(text) });
        const twice = addFault(once.faults, { id: 'newer', since: 0, params: parsed(text) });
        expect(once.faults).toContain(once.fault);
        expect(twice).toEqual({ faults: once.faults, changed: false, fault: once.fault, replaced: [] });
        expect(once.faults.filter((fault) => fault.params.kind === 'partition').length).toBeLessThanOrEqual(
          1,
        );
      }),
    );
  });
});
