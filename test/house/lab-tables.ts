import { ownLabs } from '../../src/commands/lab-names.ts';
import { openAll } from '../../src/lab/catalogue.ts';
import { coverageOf, readNotes } from '../../src/lab/coverage.ts';

/** The labs in the order of the notes, for labs/README.md. */
export function courseTable(): string {
  const rows = openAll(ownLabs()).map(({ name, front }) => {
    const chapter = front.ddia === null ? '' : `${front.ddia.first} (${front.ddia.second})`;
    return `| [${name}](${name}.md) | ${front.title} | ${front.notes.join(', ')} | ${chapter} | ${front.minutes} |`;
  });
  return [
    '| lab | shows | notes | chapter (2nd ed.) | minutes |',
    '| --- | --- | --- | --- | ---: |',
    ...rows,
  ].join('\n');
}

/** Each line of the notes with the labs that show it, or open. */
export function coverageTable(): string {
  const rows = coverageOf(readNotes(ownLabs()), openAll(ownLabs()));
  const open = rows.filter(({ covered }) => !covered).length;
  const lines = rows.map(({ ref, text, labs, covered }) => {
    const by = labs.map((name) => `[${name}](${name}.md)`).join(', ');
    return `| ${ref} | ${text} | ${covered ? by || 'its parts' : 'open'} |`;
  });
  return [
    `${rows.length - open} of ${rows.length} lines are shown, ${open} are open.`,
    '',
    '| line | says | shown by |',
    '| --- | --- | --- |',
    ...lines,
  ].join('\n');
}
