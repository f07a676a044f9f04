import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import { defineCommand, type Context } from './command.ts';
import { count } from './count.ts';
import type { Finding, Level } from './doctor/check.ts';
import { checks } from './doctor/checks.ts';
import { flag } from './params.ts';
import type { Style } from './style.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary:
    'look whether replab can work here, and for what clusters left behind; exit 1 when something is wrong',
  notes: [
    'It starts nothing. Left behind are processes without their cluster, clusters without their supervisor, sockets nobody listens on, and files that were not finished.',
    '--fix removes exactly those. Data of nodes stay: a cluster without its supervisor is then kept, as after `replab down --keep`.',
    '--expect-clean ends a CI script: exit 6 when anything is left, or a cluster is still up.',
  ],
  args: {},
  options: {
    fix: flag('remove what was left behind'),
    'expect-clean': flag('exit 6 when anything is left, or a cluster is up'),
  },
  examples: [
    { run: 'replab doctor', does: 'look' },
    { run: 'replab doctor --fix', does: 'remove what was left behind' },
    { run: 'replab doctor --expect-clean --json', does: 'the end of a CI script' },
  ],
  async run(context, { options }) {
    const findings = await examine(context);
    const done = options.fix ? await removeAll(findings) : findings;
    const left = done.filter(({ level, settled }) => level === 'left' && settled === null);
    const isFit = done.every(({ level }) => level !== 'trouble');
    const isClean = left.length === 0 && done.every(({ up }) => up === undefined);
    return {
      kind: 'document',
      json: {
        schema: 'replab.doctor/1',
        fit: isFit,
        clean: isClean,
        findings: done.map(({ check, level, what, fix = null, settled, failed }) => ({
          check,
          level,
          what,
          fix,
          removed: settled === 'gone',
          kept: settled === 'kept',
          failed,
        })),
      },
      exit: exitOf(isFit, options['expect-clean'] ? isClean : left.length === 0 || !options.fix),
      text: (style) => textOf(done, options['expect-clean'], style),
      ...(left.some(({ remove }) => remove !== undefined) && !options.fix
        ? { next: ['replab doctor --fix'] }
        : {}),
    };
  },
});

interface Found extends Finding {
  readonly check: keyof typeof checks;
  /** What became of what was left; null when nothing was done, or it could not be. */
  readonly settled: 'gone' | 'kept' | null;
  /** Why it could not be removed. */
  readonly failed: string | null;
}

async function examine({ root, progress }: Context): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const [name, { title, look }] of Object.entries(checks)) {
    progress(`looking at ${title}`);
    const check = name as keyof typeof checks;
    for (const finding of await look({ root, env: process.env }))
      all.push({ ...finding, check, settled: null, failed: null });
  }
  return all;
}

async function removeAll(findings: readonly Found[]): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const finding of findings) {
    if (finding.remove === undefined) {
      all.push(finding);
      continue;
    }
    try {
      await finding.remove();
      all.push(
        finding.kept === undefined
          ? { ...finding, settled: 'gone' }
          : { ...finding, ...finding.kept, settled: 'kept' },
      );
    } catch (error) {
      all.push({ ...finding, failed: (error as Error).message });
    }
  }
  return all;
}

function exitOf(isFit: boolean, isClean: boolean): ExitCode {
  if (!isClean) return exitCodes.leftovers;
  return isFit ? exitCodes.ok : exitCodes.violated;
}

function textOf(findings: readonly Found[], expectClean: boolean, style: Style): string {
  const parts = Object.entries(checks).map(([name, { title }]) => {
    const own = findings.filter(({ check }) => check === name);
    return [style.bold(title), ...own.map((finding) => line(finding, style))].join('\n');
  });
  return [...parts, verdict(findings, expectClean, style)].join('\n');
}

const signs: Readonly<Record<Level | 'gone' | 'kept', readonly [string, keyof Style]>> = {
  ok: ['ok', 'good'],
  note: ['-', 'dim'],
  trouble: ['wrong', 'bad'],
  running: ['up', 'good'],
  left: ['left', 'caution'],
  gone: ['gone', 'good'],
  kept: ['kept', 'good'],
};

function line({ level, what, fix, settled, failed }: Found, style: Style): string {
  const [word, paint] = signs[settled ?? level];
  const more =
    failed === null ? (settled === 'gone' ? undefined : fix) : `It could not be removed: ${failed}.`;
  return `  ${style[paint](word.padEnd(6))}${what}${more === undefined ? '' : `\n        ${style.dim(more)}`}`;
}

/** With `--expect-clean` it says what the exit code is for. */
function verdict(findings: readonly Found[], expectClean: boolean, style: Style): string {
  const number = (level: Level): number =>
    findings.filter((one) => one.level === level && one.settled === null).length;
  const wrong = number('trouble') === 0 ? [] : [style.bad(`${count(number('trouble'), 'thing')} wrong`)];
  const left = number('left') === 0 ? [] : [style.caution(`${count(number('left'), 'thing')} left behind`)];
  const up = findings.flatMap((one) => one.up ?? []);
  if (expectClean && left.length + up.length > 0) {
    const still = up.length === 0 ? [] : [style.caution(`${up.join(', ')} still running`)];
    return [
      ...wrong,
      `${style.bad(wrong.length > 0 ? 'not clean:' : 'Not clean:')} ${[...left, ...still].join(', ')}.`,
    ].join('; ');
  }
  const running = number('running') === 0 ? '' : `; ${count(number('running'), 'cluster')} up`;
  if (wrong.length + left.length === 0)
    return style.good(`Nothing is wrong, nothing is left behind${running}.`);
  return `${[...wrong, ...left].join(', ')}${running}.`;
}
