import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAlive, listMarked } from '../../src/control/process-identity.ts';
import type { NodeProcess } from '../../src/engines/engine.ts';
import { entryFile } from '../../src/engines/entries.ts';
import { engines } from '../../src/engines/engines.ts';
import { parentDeathCommand } from '../../src/engines/parent-death.ts';
import { sound } from '../../src/faults/conditions.ts';
import type { NodeInit } from '../../src/node/ipc.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { tempDir, until } from '../support/until.ts';

interface Started {
  readonly node: NodeProcess;
  readonly traced: string[];
  readonly init: NodeInit;
  readonly logFile: string;
  readonly mark: string;
}

/** One node, alone in its cluster, whose links lead nowhere. */
function start(over: Partial<NodeInit> = {}): Started {
  const dir = tempDir();
  const logFile = join(dir, 'n1.log');
  const mark = `engine-${process.pid}-${performance.now()}`;
  const traced: string[] = [];
  const onTrace = (events: readonly { readonly name: string }[]): void =>
    void traced.push(...events.map(({ name }) => name));
  const node = engines.replab.start({ node: 'n1', logFile, mark, onTrace });
  onTestFinished(async () => {
    node.kill();
    await node.exited;
  });
  const init: NodeInit = {
    type: 'init',
    cluster: 't',
    token: 'token-of-the-test',
    self: 'n1',
    members: ['n1'],
    disk: diskOf('n1'),
    shards: 1,
    dir: join(dir, 'data'),
    mode: 'single-leader',
    options: {},
    durability: 'normal',
    peers: {},
    clientPorts: { n1: 1 },
    conditions: sound,
    ...over,
  };
  return { node, traced, init, logFile, mark };
}

describe('a built-in node', { timeout: 30_000 }, () => {
  test('boots, answers probes and operators, and its traces are heard', async () => {
    const { node, init, traced, mark } = start();
    const ready = await node.boot(init);
    expect(ready).toMatchObject({ boot: 1 });
    // Not before: while a process becomes another program (setpriv, then Node.js) its environment reads as empty.
    expect(listMarked(mark)).toEqual(process.platform === 'linux' ? [node.identity] : []);
    expect((await node.probe(5000))?.replicas[0]?.role).toBe('follower');
    const ballot = { number: 1, disk: init.disk };
    expect(await node.operate({ kind: 'promote', ballot }, 0, 5000)).toMatchObject({ type: 'ok', copies: 1 });
    expect((await node.probe(5000))?.replicas[0]).toMatchObject({ role: 'leader', epoch: ballot });
    await until('its trace was heard', () => traced.includes('promoted'));
    expect(node.silentSince()).toBeNull();
    await node.stop();
    expect(await node.exited).toEqual({ code: 0, signal: null, reason: null });
    expect([node.state(), isAlive(node.identity)]).toEqual([null, false]);
    expect([await node.probe(5000), await node.operate({ kind: 'set', settings: {} }, 0, 20)]).toEqual([
      null,
      null,
    ]);
  });

  test('paused it answers nothing, is sent no more than it can hold, and catches up when resumed', async () => {
    const { node, init } = start();
    await node.boot(init);
    await node.pause();
    expect(node.state()).toBe('paused');
    for (let i = 0; i < 8; i += 1) expect(await node.probe(5)).toBeNull();
    expect(node.silentSince()).not.toBeNull();
    const asked = node.probe(5000);
    node.resume();
    expect((await asked)?.boot).toBe(1);
    await until('it answered all', () => node.silentSince() === null);
    expect(node.state()).toBe('alive');
  });

  test('a paused node can be stopped, and a paused node can be killed', async () => {
    const [one, two] = [start(), start()];
    await Promise.all([one.node.boot(one.init), two.node.boot(two.init)]);
    await Promise.all([one.node.pause(), two.node.pause()]);
    await one.node.stop();
    two.node.kill();
    expect(await one.node.exited).toMatchObject({ code: 0 });
    expect(await two.node.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test('one that cannot boot says why', async () => {
    const { node, init, logFile } = start({ mode: 'no-such-mode' });
    await expect(node.boot(init)).rejects.toThrow(/no-such-mode/);
    const { code, reason } = await node.exited;
    expect(code).not.toBe(0);
    expect(reason).toMatch(/no-such-mode/);
    expect(existsSync(logFile)).toBe(true);
  });

  test('one that has ended boots no more: it answers with its end, not with the ports it had', async () => {
    const { node, init } = start();
    await node.boot(init);
    node.kill();
    const early = node.boot(init);
    await node.exited;
    await expect(early).rejects.toThrow('SIGKILL');
    await expect(node.boot(init)).rejects.toThrow('SIGKILL');
    expect(await node.halt(60_000)).toBe(false);
  });

  test('one that is killed while it boots says so', async () => {
    const { node, init } = start();
    const boot = node.boot(init);
    node.kill();
    await expect(boot).rejects.toThrow('SIGKILL');
  });

  test.runIf(process.platform === 'linux')('runs under its own pid, whatever started it', async () => {
    const { node, init } = start();
    await node.boot(init);
    const command = readFileSync(`/proc/${node.identity.pid}/cmdline`, 'utf8').split('\0');
    expect([command[0], command.at(-2)]).toEqual([process.execPath, entryFile('node')]);
  });

  test.runIf(process.platform === 'linux')('listens on 127.0.0.1 alone', async () => {
    const { node, init } = start();
    const { clientPort, replicationPort } = await node.boot(init);
    for (const port of [clientPort, replicationPort]) {
      // Only one that listens on every address would be in the way.
      const other = createServer();
      await new Promise<void>((resolve, reject) => {
        other.once('error', reject);
        other.listen(port, '127.0.0.2', resolve);
      });
      other.close();
    }
    expect(await node.probe(5000)).not.toBeNull();
  });
});

describe('the parent-death signal', () => {
  test('is asked for where there is setpriv, unless it is forbidden', () => {
    expect(parentDeathCommand({ PATH: tempDir() })).toBeNull();
    expect(parentDeathCommand({ ...process.env, REPLAB_NO_PDEATHSIG: '1' })).toBeNull();
    expect(parentDeathCommand({})).toBeNull();
  });
});
