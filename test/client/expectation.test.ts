import { describe, expect, test } from 'vitest';
import { snapshotSchema } from '../../src/cluster/snapshot-schema.ts';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { ExpressionError } from '../../src/client/expectation/ast.ts';
import { compileExpectation } from '../../src/client/expectation/expectation.ts';
import { node, sample, silent } from './sample.ts';

const behind = sample({
  nodes: [node('n1'), node('n2'), node('n3', { lag: { ...node('n3').lag, entries: 4 } })],
});
const n3Dead = sample({
  nodes: [node('n1'), node('n2'), node('n3', { ...silent, state: 'killed', pid: null })],
});

async function truth(text: string, snapshot: Snapshot = sample()): Promise<boolean | null> {
  return (await compileExpectation(text).judge(snapshot)).truth;
}

test('the sample is a snapshot', () => {
  expect(snapshotSchema.parse(n3Dead)).toEqual(n3Dead);
});

describe('P13: an expression that can never be judged is refused', () => {
  test.for([
    ['$count(leaderz) = 0', /no field "leaderz" here, but schema, cluster/],
    ['nodes[id="n3"].lag.entrys >= 1', /no field "entrys" here, but entries, bytes/],
    ['nodes[identity="n3"].keys > 1', /no field "identity"/],
    ['nodes.id.x = 1', /asked of a string/],
    ['$count(nodes[state = "runing"]) = 0', /"runing" is none of the values there are: starting, running/],
    ['nodes[state in ["killed", "dead"]].id = "n1"', /"dead" is none of/],
    ['nodes[id="n1"].keys = "3"', /number with a string/],
    ['nodes[0] = 1', /whole object/],
    ['**.keys > 1', /"\*\*" cannot be checked/],
    ['nodes.*.entries > 1', /"\*" cannot be checked/],
    ['nodes.%.seq > 1', /cannot be checked/],
    ['nodes@$n.keys > 1', /use a filter/],
    ['$eval("seqq") = 1', /no function \$eval/],
    ['$cuont(nodes) = 3', /no function \$cuont/],
    ['$merge(nodes).x = 1', /no function \$merge/],
    ['$x > 1', /\$x is not defined/],
    ['nodes.keys', /compare it with something/],
    ['$count(nodes)', /compare it with something/],
    ['nodes[', /Expected/],
    ['', /Unexpected end/],
    ['{"a": 1}.b = 1', /no field "b" here, but a/],
  ] as const)('%s', ([text, message]) => {
    expect(() => compileExpectation(text)).toThrow(ExpressionError);
    expect(() => compileExpectation(text)).toThrow(message);
  });
});

describe('judged', () => {
  test.for([
    ['nodes[id="n3"].lag.entries >= 1', true, false],
    ['$count(leaders) = 1', true, true],
    ['$count(leaders) = 0', false, false],
    ['nodes[id="n3"].lag.entries = 4 and $count(nodes) = 3', true, false],
    ['$not(nodes[id="n3"].lag.entries = 4)', false, true],
    ['(seq = 7) or (seq = 8)', true, true],
    ['( $n := nodes[id="n3"]; $n.lag.entries != 0 )', true, false],
    ['"n3" in nodes[lag.entries > 0].id', true, false],
    ['$count($filter(nodes, function($n) { $n.lag.entries > 0 })) = 1', true, false],
    ['$max(nodes.lag.entries) = 4', true, false],
    ['$sort(nodes, function($l, $r) { $l.keys > $r.keys })[0].id = "n1"', true, true],
    ['nodes^(>lag.entries)[0].id = "n3"', true, false],
    ['nodes.id = ["n1", "n2", "n3"]', true, true],
    ['options.sync = "1"', true, true],
    ['nodes[id="n1"].stopped = null', true, true],
    ['nodes[id="n1"].rewinding', false, false],
    ['$exists(nodes[id="n9"])', false, false],
    ['divergence.state = "equal"', true, true],
    ['nodes[id="n2"].received.index = nodes[id="n1"].received.index', true, true],
    ['$$.seq = 7', true, true],
    ['nodes[lag.entries = $$.seq].id = "n1"', null, null],
    ['nodes ~> $count() > 2', true, true],
  ] as const)('%s', async ([text, ofBehind, ofSample]) => {
    expect(await truth(text, behind)).toBe(ofBehind);
    expect(await truth(text)).toBe(ofSample);
  });
});

describe('P13: what is not known is neither true nor false', () => {
  test.for([
    ['nodes[id="n3"].lag.entries >= 1', null],
    ['nodes[id="n3"].lag.entries = 0', null],
    ['nodes[id="n3"].lag.entries != 0', null],
    ['$not(nodes[id="n3"].lag.entries = 0)', null],
    ['( $n := nodes[id="n3"]; $n.lag.entries != 0 )', null],
    ['nodes[id="n9"].keys = 3', null],
    ['nodes[id="n3"].rewinding', null],
    ['$count(nodes[lag.entries < 1]) = 0', null],
    ['nodes.keys != 3', null],
    ['nodes[id="n3"].keys = 3 or seq = 7', true],
    ['nodes[id="n3"].keys = 3 and seq = 7', null],
    ['nodes[id="n3"].keys = 3 and seq = 8', false],
    ['nodes[id="n3"].role = null', true],
    ['nodes[id="n3"].role != null', false],
    ['nodes[id="n3"].state = "killed"', true],
    ['$count(nodes[role="follower"]) = 1', true],
  ] as const)('%s', async ([text, expected]) => {
    expect(await truth(text, n3Dead)).toBe(expected);
  });

  test('a list is not compared with one value: "differs" would always be true', async () => {
    const verdict = await compileExpectation('nodes.state != "killed"').judge(sample());
    expect(verdict).toMatchObject({
      truth: null,
      unknown: 'nodes.state gives 3 values; filter one, or $count them',
    });
  });
});

test('the operands are shown as typed, with what was seen last', async () => {
  const text = 'nodes[id="n3"].lag.entries >= 1 and ( $count(leaders) = 1 )';
  const verdict = await compileExpectation(text).judge(behind);
  expect(verdict.operands).toEqual([
    { text: 'nodes[id="n3"].lag.entries', value: 4 },
    { text: '$count(leaders)', value: 1 },
  ]);
});

test('an unknown operand is named', async () => {
  const verdict = await compileExpectation('nodes[id="n3"].lag.entries = 0').judge(n3Dead);
  expect(verdict.unknown).toBe('nodes[id="n3"].lag.entries is not known');
});
