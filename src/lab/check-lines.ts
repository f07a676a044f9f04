import { blocksOf, type CommandLine, type Lab } from './lab.ts';
import { mistake } from './mistake.ts';

/** Why a command line would not be understood; null when it would. */
export type LineFault = (words: readonly string[]) => Promise<string | null>;

/** Every line of every lab, before any is run: what a typo would make of the last one is known at once. */
export async function checkLines(labs: readonly Lab[], lineFault: LineFault): Promise<void> {
  for (const lab of labs) {
    for (const { commands } of blocksOf(lab)) {
      for (const command of commands) await checkLine(lab.file, command, lineFault);
    }
  }
}

/** What a lab has no use for: it has a cluster already, and nobody to type. */
const without = ['lab', 'shell', 'watch', 'completion', 'help'];

async function checkLine(file: string, { line, words }: CommandLine, lineFault: LineFault): Promise<void> {
  if (words[0] === 'up' && words.includes('--foreground')) {
    throw mistake(file, line, '`up --foreground` never ends; `up` alone ends with the lab.');
  }
  if (words.includes('--follow')) throw mistake(file, line, '`--follow` never ends.');
  if (without.includes(words[0]!)) throw mistake(file, line, `\`${words[0]}\` is nothing for a lab.`);
  const fault = await lineFault(words);
  if (fault !== null) throw mistake(file, line, fault);
  if (words[0] !== 'expect-exit') return;
  const inner = words.slice(words[2] === '--' ? 3 : 2);
  const innerFault = await lineFault(inner);
  if (innerFault !== null) throw mistake(file, line, innerFault);
}
