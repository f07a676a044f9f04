import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from '../../src/control/process-identity.ts';
import { ReplabProcess } from '../../src/engines/replab/process.ts';
import { sound } from '../../src/faults/conditions.ts';
import { tempDir } from '../support/until.ts';

/** A process that is no node, spoken to as if it were one. */
function posing(script: string): ReplabProcess {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const options = {
    logFile: join(tempDir(), 'log'),
    logStart: 0,
    onTrace: (events: readonly unknown[]) => void [...events],
  };
  return new ReplabProcess(child, identify(child.pid!)!, options);
}

const init = {
  type: 'init',
  cluster: 't',
  token: 'token-of-the-test',
  self: 'n1',
  members: ['n1'],
  disk: 1,
  dir: '/nowhere',
  mode: 'single-leader',
  options: {},
  shards: 1,
  durability: 'normal',
  peers: {},
  clientPorts: {},
  conditions: sound,
} as const;

test.for([
  ['a word', `'hello'`],
  ['null', 'null'],
  ['a type of its own', `{ type: 'toString' }`],
  ['no type', `{ ready: true }`],
  ['traces that are none', `{ type: 'trace', events: 7 }`],
])('a node that says %s is ended, and nobody else', async ([, said]) => {
  const node = posing(`process.send(${said}); setInterval(() => {}, 1000)`);
  const failure = node.boot(init);
  await expect(failure).rejects.toMatchObject({ name: 'BootError', store: false });
  expect(await node.exited).toMatchObject({ signal: 'SIGKILL', reason: expect.stringMatching(/^it said /) });
});

test('half a message, then its end: the end is all that is heard', async () => {
  const node = posing(`
    require('node:fs').writeSync(Number(process.env.NODE_CHANNEL_FD ?? 3), '{"type":"rea');
    process.exit(0)`);
  await expect(node.boot(init)).rejects.toThrow('it ended with code 0');
  expect(await node.exited).toMatchObject({ code: 0, reason: null });
});

test('an answer nobody asked for is passed over', async () => {
  const node = posing(`
    process.send({ type: 'report', id: 99, report: {} });
    process.send({ type: 'outcome', id: 99, outcome: { type: 'ok' } });
    process.send({ type: 'ready', boot: 1, replicationPort: 1, clientPort: 2 });
    setInterval(() => {}, 1000)`);
  expect(await node.boot(init)).toMatchObject({ boot: 1, clientPort: 2 });
  expect(node.state()).toBe('alive');
});
