/**
 * The reaper: a process of its own that ends a cluster's nodes when their supervisor dies without doing so,
 * where no parent-death signal does it. It holds the reading end of a pipe from the supervisor; the pipe's
 * end is the supervisor's. Lines: `+ {identity}` a process to watch over, `- {identity}` one that has ended.
 */
import { createInterface } from 'node:readline';
import { killIdentity, type ProcessIdentity } from '../control/process-identity.ts';

const watched = new Map<number, ProcessIdentity>();

// The terminal's signals are for the supervisor to ignore, and this must outlive it.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const identity = JSON.parse(line.slice(2)) as ProcessIdentity;
  if (line.startsWith('+')) watched.set(identity.pid, identity);
  else watched.delete(identity.pid);
});
lines.on('close', () => {
  for (const identity of watched.values()) killIdentity(identity, 'SIGKILL');
});
