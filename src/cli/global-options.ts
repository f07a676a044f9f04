/** What every command takes. `short`: one letter. */
export const globalOptions = {
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
  quiet: { short: 'q', placeholder: null, summary: 'no progress, notes or suggestions' },
} as const;

export type GlobalName = keyof typeof globalOptions;

export const defaultTimeoutMs = 30_000;

/** Global options may stand before the command's name too: how many words each takes there. */
export function wordsTaken(word: string): number | null {
  const row = Object.entries(globalOptions).find(([name, { short }]) => {
    return word === `--${name}` || (short !== null && word === `-${short}`);
  });
  if (row !== undefined) return row[1].placeholder === null ? 1 : 2;
  return /^--(cluster|timeout)=/.test(word) || /^-c./.test(word) ? 1 : null;
}
