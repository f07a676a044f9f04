import { blocksOf, type BlockMark, type CommandLine, type Lab } from './lab.ts';

/** Results that nothing but the blocks marked `fix` keeps: without the fix there are none. */
export function keptByFix(lab: Pick<Lab, 'sections'>): readonly string[] {
  const kept = (isWanted: (mark: BlockMark) => boolean): readonly string[] =>
    blocksOf(lab).flatMap(({ mark, commands }) => (isWanted(mark) ? commands.flatMap(keptNames) : []));
  const others = new Set(kept((mark) => mark !== 'fix'));
  return [...new Set(kept((mark) => mark === 'fix'))].filter((name) => !others.has(name));
}

function keptNames({ words }: CommandLine): readonly string[] {
  return words.flatMap((word, i) => {
    if (word === '--save') return words.slice(i + 1, i + 2);
    return word.startsWith('--save=') ? [word.slice('--save='.length)] : [];
  });
}

/** The name among `names` that an expectation is about; null when it is about none, or is none. */
export function askedAbout({ words }: CommandLine, names: readonly string[]): string | null {
  if (words[0] !== 'expect') return null;
  return names.find((name) => new RegExp(`\\b${name}\\b`).test(words.slice(1).join(' '))) ?? null;
}
