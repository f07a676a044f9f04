import { readEdn, readEdnVector, type Form } from './edn.ts';
import { eventsOf, isFields, short } from './events.ts';
import { readJsonArray, readNdjson } from './json.ts';
import { HistoryMistake } from './mistake.ts';
import type { Header, History } from './operation.ts';
import { pair } from './pair.ts';
import { isList } from './value.ts';

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
  const forms = formsOf(text, format);
  const header = headerOf(forms[0]);
  const { events, keyed } = eventsOf(header === null ? forms : forms.slice(1));
  return { header: header ?? {}, operations: pair(events), keyed };
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
  const { nodes, initial } = value;
  if (nodes !== undefined && !(isList(nodes) && nodes.every((node) => typeof node === 'string'))) {
    throw new HistoryMistake(line, `nodes is ${short(nodes)}; expected a list of names`);
  }
  return {
    ...(initial === undefined ? {} : { initial }),
    ...(nodes === undefined ? {} : { nodes }),
  };
}
