import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ProcessIdentity } from '../control/process-identity.ts';
import { entryFile } from '../engines/entries.ts';
import { parentDeathCommand } from '../engines/parent-death.ts';

/** What watches over the nodes in case this supervisor dies. */
export interface Reaper {
  /** Null where the kernel does it. */
  readonly pid: number | null;
  watch(identity: ProcessIdentity): void;
  ended(identity: ProcessIdentity): void;
  close(): Promise<void>;
}

/** Starts the reaper process, unless nodes are started under a parent-death signal. */
export function startReaper(): Reaper {
  if (parentDeathCommand() !== null) {
    return { pid: null, watch() {}, ended() {}, close: () => Promise.resolve() };
  }
  const child = spawn(process.execPath, [entryFile('reaper')], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  // It may be ended before us; nodes still end when their channel closes.
  child.stdin.on('error', () => {});
  child.unref();
  const tell = (sign: '+' | '-', identity: ProcessIdentity): void => {
    child.stdin.write(`${sign} ${JSON.stringify(identity)}\n`);
  };
  return {
    pid: child.pid ?? null,
    watch: (identity) => tell('+', identity),
    ended: (identity) => tell('-', identity),
    async close() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}
