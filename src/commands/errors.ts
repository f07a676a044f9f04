import { errorTable, type ErrorCode } from '../control/error-table.ts';
import { describeRow, ReplabError } from '../control/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { defineCommand } from './command.ts';
import { fixed } from './completes.ts';
import { completing, optional } from './params.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

const codes = Object.keys(errorTable) as readonly ErrorCode[];

export const errors = defineCommand({
  name: 'errors',
  summary: 'every error there is: what it means, whether it is certain that nothing happened, what to do',
  notes: [
    'With a code, that error alone; with an exit code, those that end with it. Words in capitals stand for what an error names when it happens.',
    '`definite`: what was asked for certainly did not happen. Otherwise it may have happened, or may yet.',
  ],
  args: {
    code: completing(
      fixed(...codes),
      optional('CODE', 'a code such as not-leader, or an exit code such as 8'),
    ),
  },
  options: {},
  examples: [
    { run: 'replab errors', does: 'all of them, by exit code' },
    { run: 'replab errors not-replicated', does: 'what, why, and what to do' },
    { run: 'replab errors 9', does: 'those whose outcome is unknown' },
  ],
  run(_context, { args: { code } }) {
    const rows = rowsFor(code).map(describeRow);
    const inFull = code !== null && !isNumber(code);
    return Promise.resolve({
      kind: 'document',
      json: { schema: 'replab.errors/1', errors: rows },
      text: (style) => (inFull ? explained(rows[0]!, style) : listed(rows, style)),
    });
  },
});

type Row = ReturnType<typeof describeRow>;

function rowsFor(asked: string | null): readonly ErrorCode[] {
  const byExit = codes.toSorted((a, b) => errorTable[a].exit - errorTable[b].exit);
  if (asked === null) return byExit;
  const found = byExit.filter((code) =>
    isNumber(asked) ? errorTable[code].exit === Number(asked) : code === asked,
  );
  if (found.length > 0) return found;
  const meant = nearest(asked, codes);
  const guess = meant === null ? '' : ` Did you mean ${meant}?`;
  throw new ReplabError('usage', {
    command: 'errors',
    message: isNumber(asked)
      ? `No error ends with exit code ${asked}.`
      : `There is no error ${JSON.stringify(asked)}.${guess}`,
  });
}

function isNumber(asked: string): boolean {
  return /^\d+$/.test(asked);
}

function listed(rows: readonly Row[], style: Style): string {
  const cells = rows.map(({ code, exit, definite, what }) => [
    { text: code, paint: 'bold' as const },
    String(exit),
    definite ? 'did not happen' : { text: 'not known', paint: 'caution' as const },
    what,
  ]);
  return table(['CODE', 'EXIT', 'CERTAIN', 'WHAT'], cells, style, [1]);
}

function explained({ code, exit, outcome, definite, what, why, fix }: Row, style: Style): string {
  return [
    `${style.bold(code)}: ${what}`,
    `  why:  ${why}`,
    `  fix:  ${fix}`,
    `  exit: ${exit} (${outcome})`,
    definite
      ? '  definite: what was asked for did not happen, and will not'
      : style.caution('  not definite: what was asked for may have happened, or may yet'),
  ].join('\n');
}
