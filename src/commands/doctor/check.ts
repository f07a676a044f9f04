type Env = Readonly<Record<string, string | undefined>>;

/** What a check looks at. It starts nothing. */
export interface Machine {
  /** Where the clusters of this user live. */
  readonly root: string;
  readonly env: Env;
}

/**
 * `ok`, `note` (good to know), `trouble` (something of replab will not work), `running` (a cluster that is
 * up), `left` (what a cluster that is over has left behind).
 */
export type Level = 'ok' | 'note' | 'trouble' | 'running' | 'left';

export interface Finding {
  readonly level: Level;
  /** A sentence. */
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly fix?: string;
  /** The cluster it is about, when that has processes: not clean, however well it is. */
  readonly up?: string;
  /** Of what is left: removes exactly this. Throws when it cannot. */
  remove?(): Promise<void> | void;
  /** What it then is, when it is not gone. */
  readonly kept?: Pick<Finding, 'what' | 'fix'>;
}

/** One thing to look at. To add one: a file with it, a row in `checks.ts`. */
export interface Check {
  readonly title: string;
  look(machine: Machine): Promise<readonly Finding[]> | readonly Finding[];
}
