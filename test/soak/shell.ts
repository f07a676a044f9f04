import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { identify, killIdentity } from '../../src/control/process-identity.ts';
import { root } from '../support/root.ts';

export interface Ran {
  /** Null: it was killed. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bin = join(root, 'bin/replab.js');
const mark = 'REPLAB_SOAK';

/** The built command line over a state directory of the run's own. All it starts inherits a mark. */
export class SoakShell {
  readonly stateHome = mkdtempSync(join(tmpdir(), 'rl-soak-'));
  readonly #run = randomUUID();

  get root(): string {
    return join(this.stateHome, 'replab');
  }

  start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
    const env = {
      ...process.env,
      XDG_STATE_HOME: this.stateHome,
      REPLAB_CLUSTER: '',
      NO_COLOR: '1',
      [mark]: this.#run,
    };
    const child = spawn(process.execPath, [bin, ...args, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (seen.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (seen.stderr += data.toString()));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`: a supervisor holds none of its pipes, but nothing may hang on that here.
      child.once('exit', (exit) => resolve({ exit, ...seen }));
    });
    return { child, ended };
  }

  run(...args: readonly string[]): Promise<Ran> {
    return this.start(args).ended;
  }

  /** `pid command` of every process that this run caused and that is still there. Linux only, like the marks of clusters. */
  leftovers(): readonly string[] {
    const pids =
      process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
    return pids.flatMap((pid) => {
      const marked = read(`/proc/${pid}/environ`).split('\0').includes(`${mark}=${this.#run}`);
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return marked && command !== '' ? [`${pid} ${command}`] : [];
    });
  }

  /** Ends what this run started, when it cannot go on itself. */
  endAll(): void {
    for (const line of this.leftovers()) {
      const identity = identify(Number(line.split(' ')[0]));
      if (identity !== null) killIdentity(identity, 'SIGKILL');
    }
  }

  /** Empty when all have ended within the time. */
  async awaitNoLeftovers(withinMs: number): Promise<readonly string[]> {
    const end = performance.now() + withinMs;
    for (;;) {
      const left = this.leftovers();
      if (left.length === 0 || performance.now() > end) return left;
      await wait(20);
    }
  }
}

/** The code of the error a command printed; null when it printed none. */
export function errorCode({ stdout }: Ran): string | null {
  try {
    return (JSON.parse(stdout) as { error?: { code: string } }).error?.code ?? null;
  } catch {
    return null;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
