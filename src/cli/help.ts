import type { Command } from '../commands/command.ts';
import { commandNames, commands, groups } from '../commands/commands.ts';
import type { Style } from '../commands/style.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { globalsOfCommand } from './global-options.ts';
import { usageLine } from './usage-line.ts';

/** Lines longer than this are hard to read, however wide the terminal is. */
export const widestHelp = 96;

/** How wide help is for a terminal of so many columns; unknown, or 0, where there is none. */
export function helpWidth(columns: number | undefined): number {
  if (columns === undefined || columns <= 0) return widestHelp;
  return Math.min(widestHelp, Math.max(40, columns));
}

/** Help for one command, made from what it declares. */
export function commandHelp(command: Command, style: Style, width: number): string {
  const args = Object.values(command.args);
  const options = Object.entries(command.options).map(([name, { placeholder, summary, fallback }]) => {
    const said =
      fallback === null || fallback === '0ms' || placeholder === null
        ? summary
        : `${summary} (default ${fallback})`;
    return [`--${name}${placeholder === null ? '' : ` ${placeholder}`}`, said] as const;
  });
  const parts = [
    `${style.bold('replab')} ${usageLine(command)}\n\n${fold(capital(`${command.summary}.`), 0, width)}`,
    ...(command.notes ?? []).map((note) =>
      note
        .split('\n')
        .map((line) => foldIndented(line, width))
        .join('\n'),
    ),
    section(
      'Arguments',
      args.map(({ placeholder, summary }) => [placeholder, summary]),
      style,
      width,
    ),
    section('Options', options, style, width),
    globalSection(style, width, command),
    examplesSection(command, style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The list of commands, by group. */
export async function generalHelp(style: Style, width: number): Promise<string> {
  const loaded = await Promise.all(
    commandNames.map(async (name) => ({ row: commands[name], command: await commands[name].load() })),
  );
  const lists = Object.entries(groups).map(([group, title]) => {
    const members = loaded.filter(({ row }) => row.group === group);
    return section(
      title,
      members.map(({ command }) => [command.name, command.summary]),
      style,
      width,
    );
  });
  const codes = Object.entries(exitCodes).map(
    ([name, code]) => [String(code), exitWords[name as keyof typeof exitCodes]] as const,
  );
  return [
    fold(introduction, 0, width).replace('replab', style.bold('replab')),
    `Usage: replab COMMAND [arguments] [options]\n       replab COMMAND --help`,
    ...lists,
    globalSection(style, width),
    section('Exit codes', codes, style, width),
    `${style.bold('Start here')}\n  replab lab run leader-follower\n  replab up\n  replab put x 1\n  replab status`,
  ].join('\n\n');
}

const introduction =
  'replab: a replication lab in your terminal. Real processes, real faults, measured answers.';

const exitWords: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'ok',
  violated: 'false or violated',
  inconclusive: 'cannot be told',
  usage: 'not understood',
  notFound: 'no such cluster or node',
  timeout: 'took too long',
  leftovers: 'processes left',
  engineMissing: 'engine not installed',
  refused: 'refused: did not happen',
  unknown: 'outcome unknown: may have happened',
  internal: 'fault in replab',
  interrupted: 'interrupted',
  terminated: 'terminated',
};

function globalSection(
  style: Style,
  width: number,
  command: Pick<Command, 'options'> = { options: {} },
): string {
  const rows = globalsOfCommand(command).map(([name, { short, placeholder, summary }]) => {
    const flag = `${short === null ? '' : `-${short}, `}--${name}${placeholder === null ? '' : ` ${placeholder}`}`;
    return [flag, summary] as const;
  });
  return section('Every command', [...rows, ['-h, --help', 'this help']], style, width);
}

function examplesSection({ examples }: Command, style: Style): string {
  const lines = examples.map(({ run, does }) => `  ${run}\n${style.dim(`      ${does}`)}`);
  return `${style.bold('Examples')}\n${lines.join('\n')}`;
}

function section(
  title: string,
  rows: readonly (readonly [string, string])[],
  style: Style,
  width: number,
): string {
  if (rows.length === 0) return '';
  const column = Math.min(34, Math.floor(width / 2), Math.max(...rows.map(([left]) => left.length)) + 4);
  const lines = rows.map(([left, right]) => {
    const text = fold(right, column, width);
    return left.length + 4 > column ? `  ${left}\n${text}` : `  ${left}${text.slice(2 + left.length)}`;
  });
  return `${style.bold(title)}\n${lines.join('\n')}`;
}

/** A line of its own in a note keeps the indent it has. */
function foldIndented(line: string, width: number): string {
  const indent = line.length - line.trimStart().length;
  return fold(line.slice(indent), indent, width);
}

/** Text in lines of at most `width`, each `indent` deep. */
function fold(text: string, indent: number, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one).join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
