import type { Command } from '../commands/command.ts';

interface GlobalOption {
  /** One letter. */
  readonly short: string | null;
  readonly placeholder: string | null;
  readonly summary: string;
}

/** What every command takes. */
const globalOptions = {
  cluster: {
    short: 'c',
    placeholder: 'NAME',
    summary: 'the cluster; without it REPLAB_CLUSTER, else the only one that is up',
  },
  json: {
    short: null,
    placeholder: null,
    summary: 'one JSON document on standard output (a line each for streams), errors too',
  },
  timeout: {
    short: null,
    placeholder: 'DURATION',
    summary: 'how long to wait for anything (default 30s); then exit 5',
  },
  seed: {
    short: null,
    placeholder: 'N',
    summary:
      'where chance begins, for @random; without it, anywhere, and what was drawn is told with the seed',
  },
  save: {
    short: null,
    placeholder: 'NAME',
    summary: 'keep the document, with exit code and outcome, for `replab expect`: NAME.value, NAME.exit',
  },
  quiet: { short: 'q', placeholder: null, summary: 'no progress, notes or suggestions' },
} as const satisfies Readonly<Record<string, GlobalOption>>;

export type GlobalName = keyof typeof globalOptions;

export const defaultTimeoutMs = 30_000;

/** A command's own option of the same name takes the place of a global one: `sim --seed` is a first seed. */
export function globalsOfCommand({
  options,
}: Pick<Command, 'options'>): readonly (readonly [GlobalName, GlobalOption])[] {
  return (Object.entries(globalOptions) as [GlobalName, GlobalOption][]).filter(
    ([name]) => !Object.hasOwn(options, name),
  );
}

/** Global options may stand before the command's name too: how many words each takes there. */
export function wordsTaken(word: string): number | null {
  const row = Object.entries(globalOptions).find(([name, { short }]) => {
    return word === `--${name}` || (short !== null && word === `-${short}`);
  });
  if (row !== undefined) return row[1].placeholder === null ? 1 : 2;
  return /^--(cluster|timeout|seed|save)=/.test(word) || /^-c./.test(word) ? 1 : null;
}
