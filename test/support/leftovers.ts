import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const mark = 'REPLAB_TEST_RUN';

/**
 * Around all tests of a run: clusters live in a state directory of the run's own, and every process the tests
 * caused must be gone at the end. Processes are found by a mark they inherit in their environment, which needs
 * /proc: elsewhere tests that look for themselves must do.
 */
export function setup(): () => Promise<void> {
  const run = randomUUID();
  const stateHome = mkdtempSync(join(tmpdir(), 'rl-state-'));
  Object.assign(process.env, { [mark]: run, XDG_STATE_HOME: stateHome });
  return async () => {
    try {
      await until('every process of the tests to end', () => marked(run).length === 0, {
        deadlineMs: 3000,
        show: () => marked(run),
      });
    } finally {
      rmSync(stateHome, { recursive: true, force: true });
    }
  };
}

/** `pid command` of every process that carries this run's mark and is not the test runner itself. */
function marked(run: string): string[] {
  return pids().flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const ours = read(`/proc/${pid}/environ`).split('\0').includes(`${mark}=${run}`);
    return ours && command !== '' && !isRunner(command) ? [`${pid} ${command}`] : [];
  });
}

function isRunner(command: string): boolean {
  return /^vitest|\/(vitest|tinypool|esbuild)\//.test(command);
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Empty for a process that ended meanwhile, or is another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
