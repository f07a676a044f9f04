import { readFileSync } from 'node:fs';
import { maxNodes } from '../cluster/spec.ts';
import { ReplabError } from '../control/errors.ts';

/** What the system allows this process and those it starts; null: no limit, or not known. */
export interface MachineLimits {
  readonly openFiles: number | null;
  /** Processes and threads of this user. */
  readonly processes: number | null;
}

/**
 * Measured: a supervisor with n nodes has n² listeners, under 7n + 33 other descriptors, and again 6n when
 * another node leads; the rest is for clients. A process of Node.js is 7 threads, the supervisor 8.
 */
const filesFor = (nodes: number): number => nodes * nodes + 14 * nodes + 100;
const processesFor = (nodes: number): number => 7 * nodes + 2 * 8;

/** Throws `limit-too-low` where a cluster of that many nodes would break down as it comes up. */
export function refuseTooLowLimits(nodes: number, limits: MachineLimits = readLimits()): void {
  const check = (what: string, flag: string, allowed: number | null, needed: number): void => {
    if (allowed === null || allowed >= needed) return;
    throw new ReplabError('limit-too-low', { what, flag, nodes, allowed, needed });
  };
  check('open files', '-n', limits.openFiles, filesFor(nodes));
  check('processes', '-u', limits.processes, processesFor(nodes));
}

/** The largest cluster these allow. */
export function mostNodes({ openFiles, processes }: MachineLimits): number {
  const fits = (nodes: number): boolean =>
    (openFiles === null || openFiles >= filesFor(nodes)) &&
    (processes === null || processes >= processesFor(nodes));
  let most = maxNodes;
  while (most > 0 && !fits(most)) most -= 1;
  return most;
}

/** proc(5): name, soft and hard limit in columns. Node.js has raised the soft limit on files to the hard one. */
export function readLimits(): MachineLimits {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return { openFiles: null, processes: null };
  }
  const limit = (name: string): number | null => {
    const found = new RegExp(`^${name} +(\\d+)`, 'm').exec(text);
    return found === null ? null : Number(found[1]);
  };
  // The superuser's processes are not counted.
  return {
    openFiles: limit('Max open files'),
    processes: process.getuid?.() === 0 ? null : limit('Max processes'),
  };
}
