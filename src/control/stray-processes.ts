import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { identify, markVariable, type ProcessIdentity } from './process-identity.ts';
import { stateRoot } from './state-dir.ts';

/** A process of a cluster that nobody looks after any more. */
export interface Stray {
  readonly identity: ProcessIdentity;
  readonly what: 'node' | 'load' | 'supervisor';
}

/** What is seen for a moment while a cluster comes up or goes down is no stray. */
const settleMs = 300;

/**
 * Processes of this root's clusters that no command reaches: nodes and loads whose supervisor has ended, supervisors
 * whose directory is gone. Found in /proc by what only they carry, so there must be one; elsewhere the answer
 * is empty. Clusters in another state directory are none of ours.
 */
export async function strayProcesses(root: string): Promise<readonly Stray[]> {
  const first = strays(root);
  if (first.length === 0) return [];
  await wait(settleMs);
  return strays(root).filter(({ identity }) => first.some((one) => same(one.identity, identity)));
}

/** The directories of this root that a supervisor lives for, or is being started for. */
export function supervisedDirs(root: string): readonly string[] {
  return seen().flatMap(({ supervises }) =>
    supervises !== null && dirname(supervises) === root ? [supervises] : [],
  );
}

function strays(root: string): readonly Stray[] {
  const all = seen();
  const supervisors = new Set(all.filter(({ supervises }) => supervises !== null).map(({ pid }) => pid));
  return all.flatMap(({ pid, parent, supervises, nodeOf, isLoad }): readonly Stray[] => {
    const isStray =
      supervises === null
        ? nodeOf === root && !supervisors.has(parent)
        : dirname(supervises) === root && !existsSync(supervises);
    const identity = isStray ? identify(pid) : null;
    return identity === null
      ? []
      : [{ identity, what: supervises !== null ? 'supervisor' : isLoad ? 'load' : 'node' }];
  });
}

interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** The cluster's directory, of a supervisor. */
  readonly supervises: string | null;
  /** The root of the cluster it carries the mark of. */
  readonly nodeOf: string | null;
  readonly isLoad: boolean;
}

function seen(): readonly Seen[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const argv = wordsOf(`/proc/${pid}/cmdline`);
      const supervises = supervisedBy(argv);
      const nodeOf = supervises === null ? rootOf(wordsOf(`/proc/${pid}/environ`)) : null;
      return supervises === null && nodeOf === null
        ? []
        : [
            {
              pid: Number(pid),
              parent: parentOf(pid),
              supervises,
              nodeOf,
              isLoad: argv.some((word) => loadEntry.test(word)),
            },
          ];
    });
}

const loadEntry = /\/load(\.js|\/main\.ts)$/;

/** `node …/supervisor.js DIR`, or from source `node …/supervisor/main.ts DIR`. */
function supervisedBy(argv: readonly string[]): string | null {
  const at = argv.findIndex((word) => /\/supervisor(\.js|\/main\.ts)$/.test(word));
  const dir = argv[at + 1];
  return at < 1 || dir === undefined || !basename(argv[0]!).startsWith('node') ? null : dir;
}

function rootOf(environ: readonly string[]): string | null {
  if (!environ.some((word) => word.startsWith(`${markVariable}=`))) return null;
  const env = Object.fromEntries(
    environ.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  return stateRoot(env);
}

/** proc(5): after the command name in parentheses come the state and the parent. */
function parentOf(pid: string): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function wordsOf(path: string): readonly string[] {
  return textOf(path).split('\0');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function same(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime;
}
