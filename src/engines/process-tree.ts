import { setTimeout as wait } from 'node:timers/promises';
import { descendantsOf, killIdentity, stateOf, type ProcessIdentity } from '../control/process-identity.ts';
import { assert } from '../lib/assert.ts';

/** A process that waits for a busy disk stops when that has answered. */
const stopMs = 10_000;

/**
 * Stops a process and all that it has started, the elder first: who is stopped starts no others, so looking
 * again until nobody runs finds those that were started meanwhile. Returns when the system shows them stopped.
 */
export async function stopTree(root: ProcessIdentity): Promise<void> {
  const end = performance.now() + stopMs;
  for (;;) {
    const running = treeOf(root).filter((one) => stateOf(one) === 'alive');
    if (running.length === 0) return;
    assert(performance.now() < end, 'a process that was sent SIGSTOP stops', { pids: running.map(pidOf) });
    for (const one of running) killIdentity(one, 'SIGSTOP');
    await wait(1);
  }
}

/** Lets them all go on. */
export function continueTree(root: ProcessIdentity): void {
  for (const one of treeOf(root)) killIdentity(one, 'SIGCONT');
}

function treeOf(root: ProcessIdentity): readonly ProcessIdentity[] {
  return [root, ...descendantsOf(root)];
}

function pidOf({ pid }: ProcessIdentity): number {
  return pid;
}
