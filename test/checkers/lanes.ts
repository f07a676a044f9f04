import type { History, Operation, Outcome } from '../../src/history/operation.ts';
import type { Value } from '../../src/history/value.ts';

/**
 * A history drawn as lanes, one a process; who began and ended before whom is where the bars stand:
 *
 *     c1: |-- write x=1 --|
 *     c2:      |- read x → 1 @n2 -|
 *
 * A bar ends in `|` (ok), `x` (it failed) or `?` (unknown). In a bar: `write x=1`, `read x → 1`, `cas x 1=>2`,
 * `add 3`, `append x 3`, several with commas for a transaction, a node after `@`, `final`.
 * `nil` and numbers are what they are; anything else is a text. A lane `alice/1` is process 1 of session alice.
 */
export function lanes(strings: TemplateStringsArray): History {
  const rows = strings[0]!.split('\n').filter((row) => row.trim() !== '');
  const bars = rows.flatMap((row, process) => barsOf(row, process));
  const marks = bars
    .flatMap((bar) => [
      { at: bar.left, bar, opens: true },
      { at: bar.right, bar, opens: false },
    ])
    .toSorted((a, b) => a.at - b.at || a.bar.process - b.bar.process);
  const places = new Map<Bar, { start: number; end: number }>();
  marks.forEach(({ bar, opens }, place) => {
    if (opens) places.set(bar, { start: place, end: Infinity });
    else if (bar.outcome !== 'info') places.get(bar)!.end = place;
  });
  const operations = bars
    .toSorted((a, b) => places.get(a)!.start - places.get(b)!.start)
    .map((bar, id): Operation => {
      const { start, end } = places.get(bar)!;
      const { process, session, outcome } = bar;
      const at = { startMs: start, endMs: end === Infinity ? null : end, line: bar.process + 1 };
      const base = { id, process, session, outcome, start, end };
      return Object.assign(base, at, contentOf(bar.label, outcome));
    });
  return { header: {}, operations, keyed: false };
}

interface Bar {
  readonly process: number;
  readonly session: string;
  readonly left: number;
  readonly right: number;
  readonly label: string;
  readonly outcome: Outcome;
}

const outcomes = { '|': 'ok', x: 'fail', '?': 'info' } as const;

function barsOf(row: string, process: number): readonly Bar[] {
  const [, name = ''] = /^\s*([^:|]+):/.exec(row) ?? [];
  const [session, number = name] = name.split('/');
  const given = /^\d+$/.test(number) ? Number(number) : process;
  return [...row.matchAll(/\|-+ (.*?) -+([|x?])/g)].map((match) => ({
    process: given,
    session: name.includes('/') ? session! : String(given),
    left: match.index,
    right: match.index + match[0].length - 1,
    label: match[1]!,
    outcome: outcomes[match[2] as '|' | 'x' | '?'],
  }));
}

type Content = Pick<Operation, 'f' | 'key' | 'input' | 'output' | 'node' | 'final'>;

function contentOf(text: string, outcome: Outcome): Content {
  const [, label = '', at, final] = /^(.*?)(?: @(\S+))?( final)?$/.exec(text)!;
  const steps = label === 'nothing' ? [] : label.split(/, /).map((step) => stepOf(step, outcome));
  const base = { node: at ?? null, final: final !== undefined };
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return { ...only, ...base };
  const micro = steps.map(({ f, key, output }): Value => [
    f === 'read' ? 'r' : f === 'write' ? 'w' : f,
    key,
    output,
  ]);
  return { f: 'txn', key: null, input: micro, output: micro, ...base };
}

function stepOf(label: string, outcome: Outcome): Pick<Operation, 'f' | 'key' | 'input' | 'output'> {
  const [f = '', ...rest] = label.split(' ');
  if (f === 'read') {
    const [, key, value = ''] = /^read(?: (\S+))? → (.*)$/.exec(label)!;
    return { f, key: key ?? null, input: null, output: outcome === 'ok' ? valueOf(value) : null };
  }
  if (f === 'write') {
    const [key = '', value = ''] = rest.join(' ').split('=');
    return both(f, key === '' ? null : key, valueOf(value));
  }
  const value = rest.at(-1)!;
  const key = rest.length > 1 ? rest[0]! : null;
  return both(f, key, f === 'cas' ? value.split('=>').map(valueOf) : valueOf(value));
}

function both(
  f: string,
  key: string | null,
  value: Value,
): Pick<Operation, 'f' | 'key' | 'input' | 'output'> {
  return { f, key, input: value, output: value };
}

function valueOf(text: string): Value {
  if (text === 'nil' || text === '?') return null;
  if (text.startsWith('[')) {
    return text
      .slice(1, -1)
      .split(' ')
      .filter((word) => word !== '')
      .map(valueOf);
  }
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
