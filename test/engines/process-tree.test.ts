import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { descendantsOf, identify, killIdentity, stateOf } from '../../src/control/process-identity.ts';
import { continueTree, stopTree } from '../../src/engines/process-tree.ts';
import { until } from '../support/until.ts';

/** A shell with a child that keeps starting others, and a grandchild in a session of its own. */
const script = `
  setsid sh -c 'sleep 600 & wait' &
  (while :; do sleep 0.01; done) &
  sleep 600 & wait`;

test('a node is stopped with all that it started, and goes on with all of it', async () => {
  const child = spawn('sh', ['-c', script], { stdio: 'ignore' });
  const root = identify(child.pid!)!;
  onTestFinished(async () => {
    const all = [root, ...descendantsOf(root)];
    for (const one of all) killIdentity(one, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  await until('all of them to run', () => descendantsOf(root).length >= 4);

  await stopTree(root);
  const tree = [root, ...descendantsOf(root)];
  expect(tree.length).toBeGreaterThanOrEqual(5);
  expect(tree.map(stateOf)).toEqual(tree.map(() => 'paused'));
  const pids = tree.map(({ pid }) => pid);
  expect(descendantsOf(root).map(({ pid }) => pid)).toEqual(pids.slice(1));

  continueTree(root);
  await until('all of them to go on', () =>
    [root, ...descendantsOf(root)].every((one) => stateOf(one) !== 'paused'),
  );
  await until('one more to be started', () => descendantsOf(root).some(({ pid }) => !pids.includes(pid)));
});

test('a process that is gone has no descendants, and nothing is sent to anyone', async () => {
  const child = spawn('true', { stdio: 'ignore' });
  const root = identify(child.pid!) ?? { pid: child.pid!, startTime: 'gone' };
  await once(child, 'exit');
  expect(descendantsOf(root)).toEqual([]);
  await stopTree(root);
  continueTree(root);
});
