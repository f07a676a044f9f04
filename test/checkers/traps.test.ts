import { describe, expect, test } from 'vitest';
import { causal } from '../../src/checkers/causal.ts';
import type { Checker } from '../../src/checkers/checker.ts';
import { judge } from '../../src/checkers/judge.ts';
import { linearizable } from '../../src/checkers/linearizable.ts';
import { monotonicReads } from '../../src/checkers/monotonic-reads.ts';
import { sequential } from '../../src/checkers/sequential.ts';
import { serializable } from '../../src/checkers/serializable.ts';
import { strictSerializable } from '../../src/checkers/strict-serializable.ts';
import { subjectOf } from '../../src/checkers/subject.ts';
import type { History } from '../../src/history/operation.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { lanes } from './lanes.ts';
import { never } from './session-suite.ts';

const verdict = (checker: Checker, history: History): string =>
  judge(checker, subjectOf(history), never).verdict;

describe('what a naive checker falls into; the others are among the twins', () => {
  test('real time, the order of sessions and the order of data are three orders', () => {
    const stale = lanes`
      1: |- write x=1 -|
      2:                 |- read x → nil -||- read x → 1 -|`;
    expect([verdict(linearizable, stale), verdict(sequential, stale), verdict(causal, stale)]).toEqual([
      'violated',
      'valid',
      'valid',
    ]);
    const late = lanes`
      1: |- append x 1 -|
      2:                  |- read x → [] -||- read x → [1] -|`;
    expect([verdict(strictSerializable, late), verdict(serializable, late)]).toEqual(['violated', 'valid']);
  });

  test('clocks step back: the order of lines is the order in real time', () => {
    const history = readHistory(`{:type :invoke :process 0 :f :write :value 1 :time 900}
{:type :ok :process 0 :f :write :value 1 :time 950}
{:type :invoke :process 1 :f :read :value nil :time 100}
{:type :ok :process 1 :f :read :value nil :time 150}`);
    expect(verdict(linearizable, history)).toBe('violated');
  });

  test('lines about faults stand in between, and some are of no process that has a number', () => {
    const history = readHistory(`{:type :invoke :process 0 :f :write :value 1}
{:type :info :process :nemesis :f :start :value :majority}
{:type :info :process :nemesis :f :start :value "cut [n1 | n2 n3]"}
{:type :ok :process 0 :f :write :value 1}
{:type :invoke :process 1 :f :read :value nil}
{:type :info :process :nemesis :f :stop}
{:type :ok :process 1 :f :read :value 1}`);
    expect(verdict(linearizable, history)).toBe('valid');
  });

  test('a process that goes on after an unknown outcome leaves it open', () => {
    const reused = lanes`
      1: |- write x=1 -?|- write x=2 -|                                   |- write x=3 -|
      2:                               |- read x → 2 -||- read x → 1 -|                 |- read x → 3 -|`;
    expect(verdict(linearizable, reused)).toBe('valid');
    expect(verdict(monotonicReads, reused)).toBe('valid');
  });

  test('keys that jepsen.independent put into tuples are keys', () => {
    const history = readHistory(`{:type :invoke :process 0 :f :write :value [1 7]}
{:type :ok :process 0 :f :write :value [1 7]}
{:type :invoke :process 1 :f :read :value [2 nil]}
{:type :ok :process 1 :f :read :value [2 nil]}
{:type :invoke :process 1 :f :read :value [1 nil]}
{:type :ok :process 1 :f :read :value [1 7]}`);
    expect(verdict(linearizable, history)).toBe('valid');
  });

  test('more outcomes are unknown than known, and what nobody saw costs nothing', () => {
    const unknown = Array.from(
      { length: 123 },
      (_, i) => `{:type :invoke :process ${i} :f :write :value ${i % 2 === 0 ? i : 1000}}`,
    );
    const history = readHistory(`${unknown.join('\n')}
{:type :invoke :process 500 :f :read :value nil}
{:type :ok :process 500 :f :read :value 4}
{:type :invoke :process 500 :f :read :value nil}
{:type :ok :process 500 :f :read :value 1000}
{:type :invoke :process 500 :f :read :value nil}
{:type :ok :process 500 :f :read :value 4}`);
    expect(verdict(linearizable, history)).toBe('violated');
  });

  test('a component of ten thousand transactions: the verdict needs no time to name a short cycle', () => {
    const n = 10_000;
    const of = (type: string, i: number, read: string): string =>
      `{:type :${type} :process ${i} :value [[:append ${i} ${i}] [:r ${(i + 1) % n} ${read}]]}`;
    const all = Array.from({ length: n }, (_, i) => i);
    const text = [...all.map((i) => of('invoke', i, 'nil')), ...all.map((i) => of('ok', i, '[]'))].join('\n');
    let asked = 0;
    const finding = serializable.check(subjectOf(readHistory(text)), () => (asked += 1) > 1);
    expect(finding).toMatchObject({ verdict: 'violated', witness: { anomaly: 'G2-item' } });
  });
});
