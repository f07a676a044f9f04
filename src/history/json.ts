import type { Form } from './edn.ts';
import { HistoryMistake } from './mistake.ts';
import type { Value } from './value.ts';

/** One document a line; blank lines are passed over. */
export function readNdjson(text: string): readonly Form[] {
  const forms: Form[] = [];
  text.split('\n').forEach((source, i) => {
    if (source.trim() !== '') forms.push({ value: parse(source, i + 1), line: i + 1 });
  });
  return forms;
}

/** The elements of an array, each with the line it begins on. */
export function readJsonArray(text: string): readonly Form[] {
  const forms: Form[] = [];
  const end = /[\s,]*/y;
  const token = /"(?:[^"\\]|\\.)*"|[[\]{}]|[\s,]+|[^\s,"[\]{}]+/gsy;
  let line = 1;
  let depth = 0;
  let from = -1;
  let fromLine = 1;
  const take = (until: number): void => {
    if (from >= 0) forms.push({ value: parse(text.slice(from, until), fromLine), line: fromLine });
    from = -1;
  };
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const [word] = token.exec(text) ?? [];
    if (word === undefined) throw new HistoryMistake(line, 'a string is not closed; expected "');
    const opens = word === '[' || word === '{';
    const closes = word === ']' || word === '}';
    const blank = /^[\s,]/.test(word);
    if (closes) depth -= 1;
    if (depth === 1 && from < 0 && !blank && at > 0 && !closes) [from, fromLine] = [at, line];
    if (opens) depth += 1;
    const ended = at + word.length;
    if (depth === 1 && from >= 0 && ((closes && ended > from) || (!opens && !blank))) take(ended);
    for (const char of blank ? word : '') if (char === '\n') line += 1;
    if (depth !== 0) continue;
    end.lastIndex = ended;
    end.exec(text);
    if (end.lastIndex === text.length) return forms;
    throw new HistoryMistake(line, 'something follows the history; expected its end');
  }
  const last = forms.at(-1)?.line ?? 1;
  const open = from >= 0 ? fromLine : last;
  throw new HistoryMistake(open, 'the file ends within what begins here; expected "]"');
}

function parse(source: string, line: number): Value {
  try {
    return JSON.parse(source) as Value;
  } catch (error) {
    const half = source.trim().length > 60 ? `${source.trim().slice(0, 60)}…` : source.trim();
    throw new HistoryMistake(line, `${half} is no JSON (${(error as Error).message}); expected an operation`);
  }
}
