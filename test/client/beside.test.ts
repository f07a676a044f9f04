import { describe, expect, test } from 'vitest';
import { ExpressionError } from '../../src/client/expectation/ast.ts';
import { compileExpectation, type Beside } from '../../src/client/expectation/expectation.ts';
import { sample } from './sample.ts';

const beside: Beside = {
  r1: {
    schema: 'replab.get/1',
    value: '2',
    found: true,
    at: { index: 7 },
    note: null,
    exit: 0,
    outcome: 'ok',
  },
  ls: {
    clusters: [
      { name: 'a', pid: 5, tags: [] },
      { name: 'b', pid: null, spec: { nodes: ['n1'] } },
    ],
    exit: 0,
    outcome: 'ok',
  },
};

async function truth(text: string, snapshot = sample()): Promise<boolean | null> {
  return (await compileExpectation(text, beside).judge(snapshot)).truth;
}

describe('documents beside the snapshot', () => {
  test.for([
    ['r1.value = "2"', true],
    ['r1.value != "2"', false],
    ['r1.at.index = nodes[id="n1"].received.index - 3', true],
    ['r1.outcome = "refused"', false],
    ['r1.note = null', true],
    ['r1.note = "x"', null],
    ['$count(ls.clusters) = 2', true],
    ['ls.clusters[name="a"].pid = 5', true],
    ['ls.clusters[name="b"].pid = 5', null],
    ['"n1" in ls.clusters[name="b"].spec.nodes', true],
    ['$count(ls.clusters.tags) = 0', true],
  ] as const)('%s is %j', async ([text, expected]) => {
    expect(await truth(text)).toBe(expected);
  });

  test.for([
    ['$count(r1.valeu) = 0', /no field "valeu" here, but schema, value, found/],
    ['r2.value = "2"', /no field "r2" here, but .*divergence, r1, ls/],
    ['r1.value = 2', /compares a string with a number/],
    ['r1.outcome = "refusd"', /"refusd" is none of the values there are: ok, violated/],
    ['$count(r1.note.text) = 0', /"text" is asked of a null/],
    ['$count(ls.clusters.nmae) = 0', /no field "nmae"/],
    ['$count(ls.clusters.tags.x) = 0', /cannot be checked/],
  ] as const)('P13: %s is refused', ([text, message]) => {
    expect(() => compileExpectation(text, beside)).toThrow(ExpressionError);
    expect(() => compileExpectation(text, beside)).toThrow(message);
  });

  test('without a cluster there is no snapshot to ask', async () => {
    const alone = { last: { changed: true } };
    expect((await compileExpectation('last.changed', alone, false).judge(null)).truth).toBe(true);
    expect(() => compileExpectation('$count(nodes) = 0', alone, false)).toThrow(
      /no field "nodes" here, but last/,
    );
  });
});
