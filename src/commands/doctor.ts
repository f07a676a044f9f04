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
    const left = done.filter(({ level, removed }) => level === 'left' && !removed);
    const running = done.filter(({ level }) => level === 'running');
    const isFit = done.every(({ level }) => level !== 'trouble');
    const isClean = left.length + running.length === 0;
    return {
      kind: 'document',
      json: {
        schema: 'replab.doctor/1',
        fit: isFit,
        clean: isClean,
        findings: done.map(({ check, level, what, fix = null, removed, failed }) => ({
          check,
          level,
          what,
          fix,
          removed,
          failed,
        })),
      },
      exit: exitOf(isFit, options['expect-clean'] ? isClean : left.length === 0 || !options.fix),
      text: (style) => textOf(done, style),
      ...(left.some(({ remove }) => remove !== undefined) && !options.fix
        ? { next: ['replab doctor --fix'] }
        : {}),
    };
  },
});

interface Found extends Finding {
  readonly check: keyof typeof checks;
  readonly removed: boolean;
  /** Why it could not be removed. */
  readonly failed: string | null;
}

async function examine({ root, progress }: Context): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const [name, { title, look }] of Object.entries(checks)) {
    progress(`looking at ${title}`);
    const check = name as keyof typeof checks;
    for (const finding of await look({ root, env: process.env }))
      all.push({ ...finding, check, removed: false, failed: null });
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
      all.push({ ...finding, removed: true });
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

function textOf(findings: readonly Found[], style: Style): string {
  const parts = Object.entries(checks).map(([name, { title }]) => {
    const own = findings.filter(({ check }) => check === name);
    return [style.bold(title), ...own.map((finding) => line(finding, style))].join('\n');
  });
  return [...parts, verdict(findings, style)].join('\n');
}

const signs: Readonly<Record<Level, readonly [string, keyof Style]>> = {
  ok: ['ok', 'good'],
  note: ['-', 'dim'],
  trouble: ['wrong', 'bad'],
  running: ['up', 'good'],
  left: ['left', 'caution'],
};

function line({ level, what, fix, removed, failed }: Found, style: Style): string {
  const [word, paint] = removed ? (['gone', 'good'] as const) : signs[level];
  const more = failed === null ? (removed ? undefined : fix) : `It could not be removed: ${failed}.`;
  return `  ${style[paint](word.padEnd(6))}${what}${more === undefined ? '' : `\n        ${style.dim(more)}`}`;
}

function verdict(findings: readonly Found[], style: Style): string {
  const number = (level: Level): number =>
    findings.filter((one) => one.level === level && !one.removed).length;
  const [wrong, left, running] = [number('trouble'), number('left'), number('running')];
  const up = running === 0 ? '' : `; ${count(running, 'cluster')} up`;
  if (wrong + left === 0) return style.good(`Nothing is wrong, nothing is left behind${up}.`);
  const parts = [
    ...(wrong === 0 ? [] : [style.bad(`${count(wrong, 'thing')} wrong`)]),
    ...(left === 0 ? [] : [style.caution(`${count(left, 'thing')} left behind`)]),
  ];
  return `${parts.join(', ')}${up}.`;
}
