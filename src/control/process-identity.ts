import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * A process, and not another one that got its number later: the pid and when it started. pids are few and
 * come round again (32768 on many machines), so nothing is signalled by pid alone.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; unique among the processes that ever had this pid, restarts of the machine included. */
  readonly startTime: string;
}

/** Set in the environment of every process of a cluster, so that those left over are found again. */
export const markVariable = 'REPLAB_TOKEN';

export type ProcessState = 'alive' | 'paused';

interface Observed {
  readonly startTime: string;
  readonly state: ProcessState;
}

/** The identity of a process that runs now; null when there is none with that pid. */
export function identify(pid: number): ProcessIdentity | null {
  const observed = observe(pid);
  return observed === null ? null : { pid, startTime: observed.startTime };
}

/** Null: it has ended (a zombie has), or its pid belongs to another process now. */
export function stateOf(identity: ProcessIdentity): ProcessState | null {
  const observed = observe(identity.pid);
  return observed?.startTime === identity.startTime ? observed.state : null;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return stateOf(identity) !== null;
}

/** False: there was nothing to signal. Never signals a process that got the pid later. */
export function killIdentity(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Those of `identities` that are still there when `deadlineMs` is over; empty as soon as all have ended. */
export async function waitGone(
  identities: readonly ProcessIdentity[],
  deadlineMs: number,
): Promise<readonly ProcessIdentity[]> {
  const end = performance.now() + deadlineMs;
  let left = identities.filter(isAlive);
  while (left.length > 0 && performance.now() < end) {
    await wait(5);
    left = left.filter(isAlive);
  }
  return left;
}

/**
 * Every process whose environment carries `mark`, this one excepted. Only Linux shows environments; elsewhere
 * the answer is empty, and what is left is known by the recorded identities alone.
 */
export function listMarked(mark: string): readonly ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const needle = `\0${markVariable}=${mark}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => `\0${readOrNull(`/proc/${name}/environ`) ?? ''}`.includes(needle))
    .flatMap((name) => identify(Number(name)) ?? []);
}

/** Every process that `root` has started, and those have, the elder first; empty when it has ended. */
export function descendantsOf(root: ProcessIdentity): readonly ProcessIdentity[] {
  if (!isAlive(root)) return [];
  const children = Map.groupBy(listParents(), ([, parent]) => parent);
  const found: number[] = [];
  for (let pids = [root.pid]; pids.length > 0;) {
    pids = pids.flatMap((pid) => (children.get(pid) ?? []).map(([child]) => child));
    found.push(...pids);
  }
  return found.flatMap((pid) => identify(pid) ?? []);
}

/** Of every process: its pid, and its parent's. */
function listParents(): readonly (readonly [pid: number, parent: number])[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readOrNull(`/proc/${name}/stat`);
      // Field 4, behind the command's name and the state.
      return stat === null
        ? []
        : [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    })
    .map(([pid, parent]) => [pid!, parent!] as const);
}

function observe(pid: number): Observed | null {
  return process.platform === 'linux' ? observeLinux(pid) : observeByPs(pid);
}

let bootId: string | undefined;

/** proc(5): after the command name in parentheses, state is field 3 and starttime (ticks since boot) field 22. */
function observeLinux(pid: number): Observed | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (state === undefined || ticks === undefined || 'ZXx'.includes(state)) return null;
  bootId ??= (readOrNull('/proc/sys/kernel/random/boot_id') ?? '').trim().slice(0, 8);
  return { startTime: `${bootId}:${ticks}`, state: state === 'T' ? 'paused' : 'alive' };
}

function observeByPs(pid: number): Observed | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [, stat, started] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
    if (stat === undefined || started === undefined || stat.startsWith('Z')) return null;
    return { startTime: started, state: stat.startsWith('T') ? 'paused' : 'alive' };
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
