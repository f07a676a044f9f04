import { describe, expect, test } from 'vitest';
import { HistoryMistake } from '../../src/history/mistake.ts';
import { guessFormat, readHistory, type HistoryFormat } from '../../src/history/read-history.ts';
import { stepsOf } from '../../src/history/steps.ts';
import type { Value } from '../../src/history/value.ts';
import { writeElle } from '../../src/history/write-elle.ts';
import { writeHistory } from '../../src/history/write-history.ts';
import { oneOf, smallHistories } from '../checkers/small-histories.ts';
import { fc } from '../support/property.ts';

const ours = `{"schema":"replab.history/1","initial":0,"nodes":["n1","n2"]}
{"type":"invoke","process":0,"f":"write","key":"x","value":1,"time":1000000,"node":"n1"}

{"type":"invoke","process":1,"f":"read","key":"x","value":null}
{"type":"info","process":"nemesis","f":"start","value":"cut n1:n2"}
{"type":"ok","process":1,"f":"read","key":"x","value":0,"node":"n2","time":3000000}
{"type":"ok","process":0,"f":"write","key":"x","value":1,"time":2000000,"node":"n1"}
`;

const jepsen = `; etcd, as Jepsen writes it
{:type :invoke, :f :write, :value [x 1], :process 0, :time 1000000}
#jepsen.history.Op{:type :invoke, :f :read, :value [x nil], :process 1, :index 1}
{:type :info, :f :start, :value "cut", :process :nemesis, :error [:timeout #{1 2}]}
{:type :ok, :f :read, :value [x 0], :process 1, :time 3000000}
{:type :ok, :f :write, :value [x 1], :process 0, :time 2000000}`;

describe('the same history in every format', () => {
  const said = (text: string, format?: HistoryFormat) =>
    readHistory(text, format).operations.map(({ process, f, key, input, output, outcome, start, end }) => ({
      process,
      f,
      key,
      input,
      output,
      outcome,
      order: [start, end],
    }));
  const both = [
    { process: 0, f: 'write', key: 'x', input: 1, output: 1, outcome: 'ok', order: [0, 4] },
    { process: 1, f: 'read', key: 'x', input: null, output: 0, outcome: 'ok', order: [1, 3] },
  ];

  test('ours, with its header', () => {
    expect(said(ours)).toEqual(both);
    const { header, keyed, operations } = readHistory(ours);
    expect({ header, keyed }).toEqual({ header: { initial: 0, nodes: ['n1', 'n2'] }, keyed: false });
    expect(operations.map(({ node, startMs, endMs, line }) => ({ node, startMs, endMs, line }))).toEqual([
      { node: 'n1', startMs: 1, endMs: 2, line: 2 },
      { node: 'n2', startMs: null, endMs: 3, line: 4 },
    ]);
  });

  test('Jepsen’s EDN, with keys in tuples; one a line, or all in a vector', () => {
    expect(said(jepsen)).toEqual(both);
    expect(said(`[${jepsen}\n]`)).toEqual(both);
    expect(readHistory(jepsen).keyed).toBe(true);
    expect(guessFormat(jepsen)).toBe('edn');
  });

  test('Jepsen’s JSON, in an array', () => {
    const json = `[${ours
      .split('\n')
      .filter((line) => line.includes('process'))
      .join(',\n')}]`;
    expect(guessFormat(json)).toBe('json');
    expect(said(json)).toEqual(both);
  });
});

describe('whether values are keyed is seen from reads', () => {
  const keyed = (...lines: readonly string[]): boolean => readHistory(lines.join('\n')).keyed;
  test('a read invoked with a pair is', () => {
    expect(keyed('{:type :invoke :process 0 :f :read :value [5 nil]}')).toBe(true);
  });
  test('a cas alone could be either, and is not', () => {
    expect(keyed('{:type :invoke :process 0 :f :cas :value [1 2]}')).toBe(false);
  });
  test('one without a pair decides', () => {
    expect(
      keyed(
        '{:type :invoke :process 0 :f :cas :value [1 nil]}',
        '{:type :invoke :process 1 :f :read :value nil}',
      ),
    ).toBe(false);
  });
  test('a transaction in a tuple is, one by itself is not', () => {
    expect(keyed('{:type :invoke :process 0 :f :txn :value [7 [[:r 1 nil]]]}')).toBe(true);
    expect(keyed('{:type :invoke :process 0 :f :txn :value [[:r 1 nil] [:r 2 nil]]}')).toBe(false);
  });
  test('Elle leaves f out', () => {
    const { operations } = readHistory('{:process 1 :type :invoke :value [[:append 253 1] [:r 255 nil]]}');
    expect(operations[0]).toMatchObject({ f: 'txn', outcome: 'info', end: Infinity });
  });
});

describe('mistakes, with their line and what was expected', () => {
  const invoke = '{"type":"invoke","process":0,"f":"read","value":null}';
  const cases: readonly (readonly [what: string, text: string, line: number, says: RegExp])[] = [
    ['a half line', `${invoke}\n{"type":"ok","process":0,"f":"re`, 2, /is no JSON.*expected an operation/],
    [
      'a completion of nothing',
      '{"type":"ok","process":3,"f":"read","value":1}',
      1,
      /process 3 completes read \(ok\) without/,
    ],
    [
      'a process that does two things at once',
      `${invoke}\n${invoke}`,
      2,
      /process 0 invokes read while its read of line 1 is open/,
    ],
    [
      'a completion of something else',
      `${invoke}\n\n{"type":"ok","process":0,"f":"write","value":1}`,
      3,
      /completes write; expected read, which it invoked on line 1/,
    ],
    [
      'a type there is not',
      '{"type":"done","process":0,"f":"read"}',
      1,
      /type is done; expected invoke, ok, fail or info/,
    ],
    ['no process', '{"type":"invoke","f":"read"}', 1, /process is missing; expected a number/],
    ['half a process', '{"type":"invoke","process":0.5,"f":"read"}', 1, /expected a whole number/],
    ['no f', '{"type":"invoke","process":0,"value":1}', 1, /f is missing; expected what the operation does/],
    ['a value that is no map', '[1]', 1, /1; expected an operation/],
    ['another schema', '{"schema":"replab.history/9"}', 1, /expected replab.history\/1/],
    ['nodes that are none', '{"schema":"replab.history/1","nodes":3}', 1, /expected a list of names/],
    ['an array that is cut off', `[${invoke},\n{"type":"ok"`, 2, /the file ends within/],
    ['an array with a tail', `[${invoke}]\n{}`, 1, /expected its end/],
    [
      'a vector that is cut off',
      '[{:type :invoke,\n :process 0',
      2,
      /the file ends here; expected "}" for line 1/,
    ],
    ['brackets that do not match', '{:type :invoke :value [1 2}\n', 1, /"}"; expected "]" for line 1/],
    ['a map without its last value', '{:type :invoke\n:process}', 1, /a key without a value/],
    ['a string that is not closed', '{:type :invoke :error "x}\n', 1, /a string is not closed/],
    ['a bracket too many', '{:type :info :process :n}\n]', 2, /"]"; expected a value/],
    ['a number that is none', '{:type :invoke :process 1x}', 1, /"1x"; expected a number/],
  ];
  test.for(cases)('%s', ([, text, line, says]) => {
    let mistake: unknown = null;
    try {
      readHistory(text);
    } catch (error) {
      mistake = error;
    }
    expect(mistake).toBeInstanceOf(HistoryMistake);
    expect(mistake).toMatchObject({ line, message: expect.stringMatching(says) });
  });

  const steps: readonly (readonly [text: string, says: RegExp])[] = [
    ['{:type :invoke :process 0 :f :dequeue}', /f is dequeue; expected read/],
    ['{:type :invoke :process 0 :f :cas :value 3}', /the value of a cas is 3; expected \[old new\]/],
    ['{:type :invoke :process 0 :f :txn :value 3}', /the value of a txn is 3/],
    ['{:type :invoke :process 0 :f :txn :value [[:cas 1 2]]}', /stands in a txn; expected/],
  ];
  test.for(steps)('%s', ([text, says]) => {
    expect(() => readHistory(text).operations.flatMap(stepsOf)).toThrow(says);
  });
});

describe('written and read back', () => {
  const shape = { fs: { read: 3, write: 3, cas: 1 }, keys: ['x', 'y z'], nodes: ['n1', 'n2'], read: oneOf };

  test('our format keeps everything but the numbers of lines and the places between', () => {
    fc.assert(
      fc.property(smallHistories(shape), (history) => {
        const { operations } = readHistory(writeHistory(history.operations, { initial: null }));
        expect(operations).toHaveLength(history.operations.length);
        operations.forEach((operation, i) => {
          const { id, process, f, key, input, output, outcome, node, final } = history.operations[i]!;
          expect(operation).toMatchObject({ id, process, f, key, input, output, outcome, node, final });
        });
        for (const [i, a] of operations.entries()) {
          for (const [j, b] of operations.entries()) {
            const [c, d] = [history.operations[i]!, history.operations[j]!];
            expect(a.end < b.start).toBe(c.end < d.start);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('elle-cli’s EDN says what each transaction did, in order', () => {
    const { operations } = readHistory(`{:type :invoke :process 0 :f :append :value [:a 1]}
{:type :invoke :process 1 :f :read :value [:a nil]}
{:type :ok :process 1 :f :read :value [:a [1]]}
{:type :fail :process 0 :f :append :value [:a 1]}
{:type :invoke :process 2 :f :append :value [:a 2]}`);
    const written = writeElle(operations, 'list-append');
    expect(written).toBe(`{:index 0 :type :invoke :process 0 :f :txn :value [[:append "a" 1]]}
{:index 1 :type :invoke :process 1 :f :txn :value [[:r "a" nil]]}
{:index 2 :type :ok :process 1 :f :txn :value [[:r "a" [1]]]}
{:index 3 :type :fail :process 0 :f :txn :value [[:append "a" 1]]}
{:index 4 :type :invoke :process 2 :f :txn :value [[:append "a" 2]]}
`);
    expect(readHistory(written).operations.map(({ outcome }) => outcome)).toEqual(['fail', 'ok', 'info']);
    expect(() => writeElle(operations, 'rw-register')).toThrow(/a append is nothing that elle-cli/);
  });
});

describe('EDN', () => {
  const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  const blank = fc.constantFrom(' ', '\n', ', ', ' ; a comment ] "\n', ' #_[1 2] ', ' #_ #foo "x" ');

  function print(of: Value, between: string): string {
    if (of === null) return 'nil';
    if (typeof of === 'string') return JSON.stringify(of);
    if (typeof of !== 'object') return String(of);
    if (Array.isArray(of)) return `[${of.map((item: Value) => print(item, between)).join(between)}]`;
    return `{${Object.entries(of)
      .map(([name, field]) => `${JSON.stringify(name)}${between}${print(field, between)}`)
      .join(between)}}`;
  }

  test('any value between any blanks comes back', () => {
    fc.assert(
      fc.property(value, blank, (error, between) => {
        const text = `{:type :invoke${between}:process 0 :f :read :value ${print(error, between)}}`;
        const { keyed, operations } = readHistory(text);
        fc.pre(!keyed);
        expect(operations[0]!.input).toEqual(error);
      }),
    );
  });

  test('keywords, symbols, sets, characters, tags, ratios and numbers too large to be exact', () => {
    const text = String.raw`{:type :invoke :process 0 :f :read :value [:k/w sym #{1} \a #inst "2020" 1/2 12345678901234567890 2N 1.5 ##NaN "\n\u0041"]}`;
    expect(readHistory(text).operations[0]!.input).toEqual([
      'k/w',
      'sym',
      [1],
      'a',
      '2020',
      '1/2',
      '12345678901234567890',
      2,
      1.5,
      'NaN',
      '\nA',
    ]);
  });
});
