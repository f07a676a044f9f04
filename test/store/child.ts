import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles a fixture once, so that starting it costs a process and not a compilation. */
export async function bundle(name: string, dir: string): Promise<string> {
  const outfile = join(dir, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  return outfile;
}

export interface Child {
  readonly pid: number;
  /** All lines so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said `count` lines, or ended. */
  said(count: number): Promise<void>;
  kill(): Promise<void>;
}

/** `before`: a program and its arguments that starts the child in its place, like `prlimit`. */
export function start(script: string, args: readonly string[], before: readonly string[] = []): Child {
  const [program, ...rest] = [...before, process.execPath, script, ...args];
  const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  reader.on('line', (line) => lines.push(line));
  return {
    pid: child.pid!,
    lines,
    async said(count) {
      while (lines.length < count && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(reader, 'line'), ended]);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
