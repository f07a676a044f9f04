import { fileURLToPath } from 'node:url';
import type { SimOptions } from '../../../src/sim/options.ts';
import { host } from './host.ts';
import { disk } from './disk.ts';
import { follower } from './follower.ts';
import { leader } from './leader.ts';
import { operator } from './operator.ts';
import { session } from './session.ts';

/** A change of the source: `from` stands exactly once in `src/<file>`. */
export type Edit = readonly [file: string, from: string, to: string];

/** A bug of the kind that gets written, and the rules that must catch it, each as its sentence reads. */
export interface Planted {
  readonly bug: string;
  readonly edits: readonly Edit[];
  /** Where it shows sooner than anywhere. */
  readonly options?: Partial<SimOptions>;
  readonly caughtBy: readonly string[];
}

export const planted: readonly Planted[] = [
  ...host,
  ...leader,
  ...follower,
  ...disk,
  ...operator,
  ...session,
];

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

/** What a bug changes in the module at `url`. */
export function editsOf(bug: string, url: string): readonly Edit[] {
  if (!url.startsWith('file:')) return [];
  const path = fileURLToPath(url.replace(/\?.*$/, ''));
  const edits = planted.find((one) => one.bug === bug)!.edits;
  return edits.filter(([file]) => path === `${src}${file}`);
}

/** Throws when the place of an edit is not there, or there twice: then the list is behind the code. */
export function withEdits(source: string, edits: readonly Edit[]): string {
  let text = source;
  for (const [file, from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places that read: ${from}`);
    text = parts.join(to);
  }
  return text;
}

/** The sentences of rules in the source of judges: texts that begin with a rule's id. */
export function rulesIn(sources: readonly string[]): readonly string[] {
  const sentence = /(['"])((?:B0\.\d|[FIPST]\d+): .+?)\1,/g;
  return [...new Set(sources.flatMap((source) => [...source.matchAll(sentence)].map((match) => match[2]!)))];
}

/** For the README: rule by rule, in the order of ids. */
export function plantedTable(): string {
  const rules = [...new Set(planted.flatMap(({ caughtBy }) => caughtBy))].toSorted(byId);
  const rows = rules.map((rule) => {
    const bugs = planted.filter(({ caughtBy }) => caughtBy.includes(rule)).map(({ bug }) => bug);
    return `| ${rule} | ${bugs.join(' · ')} |`;
  });
  return ['| rule | bugs planted that it catches |', '| --- | --- |', ...rows].join('\n');
}

function byId(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
