import { splitWords } from '../../lib/shell-words.ts';
import { complete, type Completion } from './complete.ts';
import { knownOf } from './known.ts';

/**
 * The hidden command `__complete`, which the scripts of `replab completion` call: `bash WORDBREAKS LINE`: the line up to the cursor, with the command; or `zsh WORD...`, `fish WORD...`: its
 * words without the command, the last one being completed. Answers lines: `files`, or `words` and a candidate
 * each (but for bash with what it means, after a tab). Whatever goes wrong, the answer is that there is none.
 */
export async function completeForShell([shell, ...rest]: readonly string[]): Promise<string> {
  try {
    return shell === 'bash' ? await forBash(rest) : answer(await completeWords(rest), true);
  } catch {
    return 'words\n';
  }
}

async function forBash([wordBreaks = '', line = '']: readonly string[]): Promise<string> {
  const split = splitWords(line);
  if (split.type === 'operator') return 'words\n';
  const typed = split.words.slice(1).map(({ text }) => text);
  const last = split.words.at(-1);
  const isNew = last === undefined || (split.type === 'words' && last.to < line.length);
  const words = isNew ? [...typed, ''] : typed;
  const completion = await completeWords(words);
  return answer(cut(completion, keptBy(wordBreaks, words.at(-1) ?? '')), false);
}

/**
 * bash replaces only what follows the last of its word breaks, that character itself excepted, unless it is
 * one of readline's special prefixes.
 */
function keptBy(wordBreaks: string, word: string): number {
  const ends = [...wordBreaks].map((char) => {
    const at = word.lastIndexOf(char);
    return at < 0 || '@$'.includes(char) ? at : at + 1;
  });
  return Math.max(...ends, 0);
}

async function completeWords(words: readonly string[]): Promise<Completion> {
  return complete(words, knownOf(words, process.env));
}

function cut(completion: Completion, length: number): Completion {
  if (completion.kind === 'files') return completion;
  return {
    kind: 'words',
    candidates: completion.candidates.map(({ word }) => ({ word: word.slice(length) })),
  };
}

function answer(completion: Completion, withMeaning: boolean): string {
  if (completion.kind === 'files') return 'files\n';
  const lines = completion.candidates.map(({ word, means = '' }) =>
    withMeaning && means !== '' ? `${word}\t${means}` : word,
  );
  return ['words', ...lines, ''].join('\n');
}
