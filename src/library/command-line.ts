import { execute } from '../cli/execute.ts';
import type { Host } from '../cli/host.ts';
import { errorFromWire, ReplabError } from '../control/errors.ts';

/** What `--json` prints, with how the command ended; of a stream its `items`. */
export interface Document {
  readonly schema: string;
  readonly exit: number;
  readonly outcome: string;
  readonly [field: string]: unknown;
}

/** What became of a command line. */
export interface Ran {
  /** As the command's process would end; 1 and 2 are results, not errors (see `Cluster.run`). */
  readonly exit: number;
  readonly document: Document;
}

/** A command line that goes on: `items` come as they are printed. */
export interface Running {
  readonly ended: Promise<Ran>;
  interrupt(): void;
}

interface Asked {
  readonly cluster: string;
  readonly signal?: AbortSignal | undefined;
  /** Of a stream: each of its documents, when it comes. */
  onItem?(item: Document): void;
}

/** Runs a command line in this process, through the parser that people's own go through. */
export function start(words: readonly string[], { cluster, signal, onItem }: Asked): Running {
  let document: Document | null = null;
  let last: Document | null = null;
  let rest = '';
  const interrupts: Host['interrupts'] = { onFirst: () => {} };
  const interrupt = (): void => interrupts.onFirst(new ReplabError('interrupted'));
  signal?.addEventListener('abort', interrupt, { once: true });
  const exit = execute(words, {
    out(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        last = JSON.parse(line) as Document;
        onItem?.(last);
      }
    },
    err: () => {},
    colour: false,
    interrupts,
    stdin: () => Promise.resolve(Buffer.alloc(0)),
    progress: () => ({ say: () => {}, end: () => {} }),
    show: null,
    shell: null,
    inherited: { cluster, json: '', quiet: '' },
    onDocument: (told) => (document = told),
  });
  const ended = exit.then((code) => {
    signal?.removeEventListener('abort', interrupt);
    // A usage error is printed, and handed to nobody.
    const told = document ?? last;
    if (told === null) throw new ReplabError('internal', { message: `${words[0]} gave no document` });
    return { exit: code, document: told };
  });
  return { ended, interrupt };
}

/** As `start`, to its end. Throws ReplabError when it failed: when its document is that of an error. */
export async function run(words: readonly string[], asked: Asked): Promise<Ran> {
  const ran = await start(words, asked).ended;
  const error = errorIn(ran.document);
  if (error !== null) throw error;
  return ran;
}

/** Null: it is a result. */
export function errorIn(document: Document): ReplabError | null {
  if (document.schema !== 'replab.error/1') return null;
  const { code, facts } = document['error'] as Pick<ReplabError, 'code' | 'facts'>;
  return errorFromWire(code, facts);
}

export type Settings = Readonly<Record<string, string | number | boolean | undefined>>;

/** `{ writeTimeout: '2s', add: true }` as `--write-timeout 2s --add`. */
export function optionWords(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    return value === true ? [option] : [`${option}=${value}`];
  });
}
