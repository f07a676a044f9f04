import type { DocumentResult, StreamResult } from '../commands/command.ts';
import { plain, type Style } from '../commands/style.ts';
import { describeError, type ReplabError } from '../control/errors.ts';
import { documentOf, errorDocumentOf } from './document.ts';
import { encodeLine } from '../control/framing.ts';
import type { Chance } from '../lib/chance.ts';

/** Results go to standard output, everything else to standard error (design §8). */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly style: Style;
  /** The command's, once it runs. */
  readonly chance: Chance | null;
  out(text: string): void;
  err(text: string): void;
}

export function printDocument(result: DocumentResult, output: Output): void {
  if (output.json) {
    output.out(encodeLine({ ...result.json, ...endJson(result), ...drawnJson(output) }));
    return;
  }
  const text = result.text(output.style);
  if (text !== '') output.out(`${text}\n`);
  if (output.quiet) return;
  sayDrawn(output);
  const note = result.note?.(output.style) ?? '';
  if (note !== '') output.err(`${output.style.dim(note)}\n`);
  if (result.next !== undefined && result.next.length > 0) {
    output.err(output.style.dim(`next:\n${result.next.map((command) => `  ${command}`).join('\n')}\n`));
  }
}

/** Answers the items as JSON; null unless they are kept. */
export async function printStream(
  { items, empty }: StreamResult,
  output: Output,
  isKept: boolean,
): Promise<readonly unknown[] | null> {
  const kept: unknown[] = [];
  let count = 0;
  for await (const { json, text } of items) {
    if (count === 0) sayDrawn(output);
    count += 1;
    if (isKept && json !== null) kept.push(json);
    const line = output.json ? (json === null ? null : encodeLine(json)) : text(output.style);
    if (line !== null) output.out(output.json ? line : `${line}\n`);
  }
  if (count === 0 && empty !== undefined && !output.json && !output.quiet)
    output.err(`${output.style.dim(empty)}\n`);
  return isKept ? kept : null;
}

/** What chance decided, so that it can be done again. */
function sayDrawn({ json, quiet, style, chance, err }: Output): void {
  if (json || quiet || chance === null || chance.drawn.length === 0) return;
  const choices = chance.drawn.map(({ by, chose }) => `${by} is ${chose}`).join(', ');
  err(`${style.dim(`${choices} (--seed ${chance.seed})`)}\n`);
}

/** How it ended, where that says more than that it was done. */
function endJson(result: DocumentResult): object {
  if (result.exit === undefined) return {};
  const { exit, outcome } = documentOf(result);
  return { exit, outcome };
}

function drawnJson({ chance }: Output): object {
  return chance === null || chance.drawn.length === 0
    ? {}
    : { chance: { seed: chance.seed, drawn: chance.drawn } };
}

/** What, why, fix, and the log when there is one; with `--json` one document on standard output instead. */
export function printError(error: ReplabError, output: Output): void {
  const { what, why, fix } = describeError(error);
  if (output.json) {
    output.out(encodeLine({ ...errorDocumentOf(error), ...drawnJson(output) }));
    return;
  }
  sayDrawn(output);
  const { style } = output;
  const { log } = error.facts;
  const lines = [
    `${style.bad('replab:')} ${what}`,
    `  why: ${why}`,
    `  fix: ${fix}`,
    ...(typeof log === 'string' ? [`  log: ${log}`] : []),
  ];
  output.err(`${lines.join('\n')}\n`);
}

interface Terminal {
  readonly isTTY?: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Colour on a terminal only, and never under NO_COLOR (no-color.org) or a terminal that has none. */
export function wantsColour(stream: Terminal, env: Env): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The library is read only where its colours will be seen. */
export async function loadStyle(colour: boolean): Promise<Style> {
  if (!colour) return plain;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { good: chalk.green, caution: chalk.yellow, bad: chalk.red, dim: chalk.dim, bold: chalk.bold };
}
