import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { root } from '../support/root.ts';
import { tempDir } from '../support/until.ts';

/** As `npx replab` runs it: the built package, by its bin. */
export const bin = join(root, 'bin/replab.js');

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node.js itself. */
  readonly nodeArgs?: readonly string[];
  /** A command that runs it, such as `prlimit --nofile=64`. */
  readonly under?: readonly string[];
}

/** A shell's view of one user's clusters: a state directory of its own, whose clusters end with the test. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs to the end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** As `run`, and throws unless it exits 0. Answers its standard output. */
  ok(...args: readonly string[]): Promise<string>;
  /** As `ok` with `--json`: the document. */
  json<T = Record<string, unknown>>(name: string, ...args: readonly string[]): Promise<T>;
  start(args: readonly string[], options?: RunOptions): Started;
}

export interface Started {
  readonly child: { readonly pid?: number | undefined; kill(signal?: NodeJS.Signals): boolean };
  readonly seen: { stdout: string; stderr: string };
  readonly ended: Promise<Ran>;
}

export function shell(): Shell {
  const stateHome = tempDir();
  const env = { ...process.env, XDG_STATE_HOME: stateHome, NO_COLOR: '1', REPLAB_CLUSTER: '' };

  const start = (args: readonly string[], options: RunOptions = {}): Started => {
    const words = [...(options.under ?? []), process.execPath, ...(options.nodeArgs ?? []), bin, ...args];
    const [file, ...rest] = words as [string, ...string[]];
    const child = execa(file, rest, {
      env: { ...env, ...options.env },
      extendEnv: false,
      input: options.input ?? '',
      reject: false,
      buffer: false,
    });
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (seen.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (seen.stderr += data.toString()));
    const ended = child.then(({ exitCode }) => ({ exit: exitCode ?? null, ...seen }));
    return { child, seen, ended };
  };
  const run = (args: readonly string[], options?: RunOptions): Promise<Ran> => start(args, options).ended;
  const ok = async (...args: readonly string[]): Promise<string> => {
    const { exit, stdout, stderr } = await run(args);
    if (exit === 0) return stdout;
    throw new Error(`replab ${args.join(' ')}: exit ${exit}\n${stdout}${stderr}`);
  };
  onTestFinished(async () => {
    const { clusters } = JSON.parse(await ok('ls', '--json')) as {
      clusters: readonly { readonly name: string }[];
    };
    for (const { name } of clusters) await ok('down', '-c', name);
  });
  return {
    env,
    start,
    run,
    ok,
    json: async <T>(name: string, ...args: readonly string[]) =>
      JSON.parse(await ok(name, '--json', ...args)) as T,
  };
}

/** A cluster of its own shell; commands run in it need no `-c`. */
export async function cluster(...flags: readonly string[]): Promise<Shell> {
  const own = shell();
  await own.ok('up', '--quiet', ...flags);
  return own;
}
