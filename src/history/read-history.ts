import { readEdn, readEdnVector, type Form } from './edn.ts';
import { eventsOf, isFields, short } from './events.ts';
import { readJsonArray, readNdjson } from './json.ts';
import { HistoryMistake } from './mistake.ts';
import type { Header, History } from './operation.ts';
import { pair } from './pair.ts';
import { isList, type Value } from './value.ts';

export const historyFormats = ['ndjson', 'json', 'edn'] as const;

/** `ndjson`: ours, and anybody's operation maps one a line. `json`, `edn`: as Jepsen and elle-cli write them. */
export type HistoryFormat = (typeof historyFormats)[number];

/** Its first characters tell; what follows is then held to it. */
export function guessFormat(text: string): HistoryFormat {
  const start = text.trimStart();
  if (/^\{\s*"/.test(start)) return 'ndjson';
  return /^\[\s*(\{\s*"|\]\s*$)/.test(start) ? 'json' : 'edn';
}

/** Throws HistoryMistake. */
export function readHistory(text: string, format: HistoryFormat = guessFormat(text)): History {
  const torn = format === 'ndjson' && !text.endsWith('\n') && isAppended(text);
  const forms = formsOf(torn ? text.slice(0, text.lastIndexOf('\n') + 1) : text, format);
  const header = headerOf(forms[0]);
  const { events, keyed } = eventsOf(header === null ? forms : forms.slice(1));
  return { header: header ?? {}, operations: pair(events), keyed, ...(torn ? { torn } : {}) };
}

/** By its first line. */
function isAppended(text: string): boolean {
  const end = text.indexOf('\n');
  const [first] = end < 0 ? [] : readNdjson(text.slice(0, end));
  return headerOf(first)?.appended === true;
}

function formsOf(text: string, format: HistoryFormat): readonly Form[] {
  if (format === 'ndjson') return readNdjson(text);
  if (format === 'json') return readJsonArray(requireStart(text, '['));
  return /^[\s,]*[[(]/.test(text) ? readEdnVector(text) : readEdn(text);
}

function requireStart(text: string, start: string): string {
  if (text.trimStart().startsWith(start)) return text;
  throw new HistoryMistake(1, `the file does not begin with "${start}"; expected a JSON array of operations`);
}

const schema = 'replab.history/1';

/** The first form, when it says something of the history instead of being an operation. */
function headerOf(form: Form | undefined): Header | null {
  if (form === undefined || !isFields(form.value) || form.value['schema'] === undefined) return null;
  const { value, line } = form;
  if (value['schema'] !== schema) {
    throw new HistoryMistake(line, `schema is ${short(value['schema'])}; expected ${schema}`);
  }
  const { initial, model, appended } = value;
  const nodes = namesIn('nodes', value['nodes'], line);
  const claims = namesIn('claims', value['claims'], line);
  if (model !== undefined && typeof model !== 'string') {
    throw new HistoryMistake(line, `model is ${short(model)}; expected a name`);
  }
  return {
    ...(initial === undefined ? {} : { initial }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(model === undefined ? {} : { model }),
    ...(claims === undefined ? {} : { claims }),
    ...(appended === true ? { appended } : {}),
  };
}

function namesIn(field: string, value: Value | undefined, line: number): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (isList(value) && value.every((name) => typeof name === 'string')) return value;
  throw new HistoryMistake(line, `${field} is ${short(value)}; expected a list of names`);
}
