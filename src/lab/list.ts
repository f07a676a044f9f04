import type { DocumentResult } from '../commands/command.ts';
import { count } from '../commands/count.ts';
import { ownLabs } from '../commands/lab-names.ts';
import { table, type Cell } from '../commands/table.ts';
import { openAll, openLab } from './catalogue.ts';
import { checkRefs, coverageOf, readNotes } from './coverage.ts';
import { chaptersOf, type Lab } from './lab.ts';
import { readProgress, type Progress } from './progress.ts';

/** With how far this user has come in each. */
export function listLabs(dir: string, root: string): DocumentResult {
  const labs = openAll(dir);
  const progress = readProgress(root);
  checkRefs(readNotes(ownLabs()), labs);
  return {
    kind: 'document',
    json: {
      schema: 'replab.labs/1',
      dir,
      labs: labs.map((lab) => ({
        name: lab.name,
        file: lab.file,
        ...lab.front,
        progress: progress[lab.name] ?? null,
      })),
    } as { readonly schema: string },
    text: (style) => {
      if (labs.length === 0) return 'There are no labs here.';
      const rows = labs.map((lab): Cell[] => [
        { text: lab.name, paint: 'bold' },
        lab.front.notes.join(' '),
        String(lab.front.minutes),
        doneText(lab, progress[lab.name]),
        lab.front.title,
      ]);
      return table(['LAB', 'NOTES', 'MINUTES', 'DONE', 'WHAT'], rows, style, [2]);
    },
    ...(labs[0] === undefined
      ? {}
      : { next: [`replab lab show ${labs[0].name}`, `replab lab run ${labs[0].name}`] }),
  };
}

function doneText(lab: Lab, progress: Progress | undefined): Cell {
  if (progress === undefined) return { text: '-', paint: 'dim' };
  const chapters = chaptersOf(lab).length;
  return progress.chapter >= chapters ? { text: 'yes', paint: 'good' } : `${progress.chapter} of ${chapters}`;
}

export function listCoverage(dir: string): DocumentResult {
  const notes = readNotes(ownLabs());
  const labs = openAll(dir);
  checkRefs(notes, labs);
  const rows = coverageOf(notes, labs);
  const open = rows.filter(({ covered }) => !covered);
  return {
    kind: 'document',
    json: { schema: 'replab.lab-coverage/1', rows, open: open.map(({ ref }) => ref) } as {
      readonly schema: string;
    },
    text: (style) => {
      const cells = rows.map(({ ref, text, labs: by, covered }): Cell[] => [
        { text: ref, paint: 'bold' },
        covered ? { text: by.join(' ') || 'its parts', paint: 'good' } : { text: 'open', paint: 'caution' },
        text.length > 70 ? `${text.slice(0, 69)}…` : text,
      ]);
      const sum = `${rows.length - open.length} of ${count(rows.length, 'line')} of the notes shown, ${open.length} open`;
      return `${table(['LINE', 'LABS', 'WHAT IT SAYS'], cells, style)}\n\n${sum}`;
    },
  };
}

export function showLab(dir: string, name: string): DocumentResult {
  const lab = openLab(dir, name);
  return {
    kind: 'document',
    json: labDocument(lab),
    text: (style) => shown(lab, style.dim),
    next: [`replab lab run ${lab.name}`],
  };
}

function labDocument({ name, file, front, sections, source }: Lab) {
  return { schema: 'replab.lab/1', name, file, ...front, sections, source };
}

/** As it is written, without the front matter; what decides answers is for the run. */
function shown({ front, source }: Lab, dim: (text: string) => string): string {
  const body = source.replace(/^---\n.*?\n---\n/s, '').replaceAll(/\s*<!--.*?-->/gs, '');
  const facts = [
    ...(front.notes.length === 0 ? [] : [`notes ${front.notes.join(', ')}`]),
    ...(front.ddia === null
      ? []
      : [`DDIA chapter ${front.ddia.first} (second edition ${front.ddia.second})`]),
    `${front.minutes} minutes`,
  ];
  return `${dim(facts.join(' · '))}\n\n${body.trim()}`;
}
