import { modes } from '../protocol/modes.ts';
import type { OptionSpec } from '../protocol/protocol.ts';
import type { Option } from './command.ts';
import { ofPlaceholder, wordsOfPlaceholder, type Candidate, type Completes } from './completes.ts';

/** The options of every mode, each name once: `up` takes them as flags, `set` the live ones. */
export const modeOptions: readonly OptionSpec[] = [
  ...new Map(modes.flatMap((mode) => mode.options.map((option) => [option.name, option] as const))).values(),
];

/** As flags. Their values are checked against the mode and the nodes that are asked for. */
export function modeFlags(): Readonly<Record<string, Option<string | null>>> {
  return Object.fromEntries(
    modeOptions.map(({ name, placeholder, summary, fallback }) => [
      name,
      withCompletion({ placeholder, summary, fallback, parse: (given: string | undefined) => given ?? null }),
    ]),
  );
}

function withCompletion<T>(option: Option<T>): Option<T> {
  const completes = ofPlaceholder(option.placeholder);
  return completes === undefined ? option : { ...option, completes };
}

/** `sync=`, then what comes after it. */
export const settingWords: Completes = {
  kind: 'words',
  separators: '',
  words: () => modeOptions.filter(({ live }) => live).flatMap(wordsOfSetting),
};

function wordsOfSetting({ name, placeholder, summary }: OptionSpec): readonly Candidate[] {
  const values = wordsOfPlaceholder(placeholder).map((word) => ({ word: `${name}=${word}` }));
  return [{ word: `${name}=`, means: summary }, ...values];
}

/** A paragraph that lists settings, for help. */
export function settingsNote(of: (option: OptionSpec) => boolean): readonly string[] {
  const lines = modeOptions
    .filter(of)
    .map(({ name, placeholder, summary }) => `  ${name}=${placeholder}\n      ${summary}`);
  return [`Settings:\n${lines.join('\n')}`];
}
