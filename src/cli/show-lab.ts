import type { LabResult } from '../commands/command.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { canShow, type ShowOptions } from './show.ts';
import { wantsColour } from './output.ts';

/** One lab, gone through with its reader. Null where it is run through in lines: no terminal, several labs, `--ci`. */
export async function showLab(
  { context, asked }: LabResult,
  { output, signal, onOpen }: ShowOptions,
): Promise<number | null> {
  const { stdin, stdout, env } = process;
  const { action, names, all, ci, tap, junit, repeat, withoutFix } = asked;
  const isThrough = all || names.length !== 1 || ci || tap || junit !== null || repeat > 1 || withoutFix;
  if (action !== 'run' || isThrough || env['CI'] === 'true' || !canShow(env)) return null;
  env['NODE_ENV'] = 'production';
  const [{ showLab: show }, { openCourse }, { exitOf }, { labAid }, progress] = await Promise.all([
    import('../tui/lab/screen.ts'),
    import('../lab/labs.ts'),
    import('../lab/verdict.ts'),
    import('./lab-aid.ts'),
    import('../lab/progress.ts'),
  ]);
  const course = await openCourse(asked, context, labAid(signal));
  const { lab } = course;
  const colour = wantsColour(stdout, env);
  const before = progress.readProgress(context.root)[lab.name] ?? progress.noProgress;
  const said: string[] = [];
  try {
    const onEnd = (came: Came): void => {
      progress.saveProgress(context.root, lab, came);
      said.push(leftText(lab.name, came, course.chapters.length));
    };
    await show(course, before, false, { stdin, stdout, colour, signal, onOpen, onEnd });
  } finally {
    const { dir, left } = await course.close();
    if (dir !== null) said.push(`What happened is kept in ${dir}`);
    if (left !== null) said.push(left);
    if (!output.quiet) output.err(`${output.style.dim(said.join('\n'))}\n`);
  }
  return course.verdict === 'interrupted' ? exitCodes.ok : exitOf[course.verdict];
}

interface Came {
  readonly chapter: number;
  readonly answers: readonly (boolean | null)[];
}

function leftText(name: string, { chapter, answers }: Came, chapters: number): string {
  const asked = answers.filter((one) => one !== null);
  const score = asked.length === 0 ? '' : `, ${asked.filter((one) => one).length} of ${asked.length} right`;
  return chapter >= chapters
    ? `${name}: done${score}`
    : `${name}: left at ${chapter + 1} of ${chapters}, saved${score}; \`replab lab run ${name}\` goes on there`;
}
