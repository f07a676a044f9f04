import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { FromNode, NodeInit, NodeReport, ToNode } from '../../src/node/ipc.ts';
import { sound } from '../../src/faults/conditions.ts';
import { diskOf, type NodeId } from '../../src/protocol/node-id.ts';
import type { ModeOptions, OperatorCommand, TraceEvent } from '../../src/protocol/protocol.ts';
import type { Outcome } from '../../src/protocol/request.ts';
import { root } from '../support/root.ts';
import { tempDir, until } from '../support/until.ts';
import { forwarder, type Forwarder } from './forwarder.ts';
import { respClient, type RespClient } from './resp-client.ts';

type Told<T extends FromNode['type']> = Extract<FromNode, { type: T }>;

/** One node process and what it said. Killed, if need be, when the test ends. */
export interface NodeProcess {
  readonly child: ChildProcess;
  readonly messages: readonly FromNode[];
  readonly traces: readonly TraceEvent[];
  /** `[code, signal]` once it has ended. */
  readonly exit: Promise<readonly [number | null, NodeJS.Signals | null]>;
  tell(message: ToNode): void;
  /** The first message of that type; rejects when the process ends without. */
  hear<T extends FromNode['type']>(type: T): Promise<Told<T>>;
  probe(): Promise<NodeReport>;
  operate(command: OperatorCommand): Promise<Outcome>;
}

/** Bundles the node's entry as the package does; answers with the file. Lives as long as the calling suite. */
export async function bundleNode(): Promise<string> {
  const file = join(tempDir(), 'node.mjs');
  await build({
    entryPoints: [join(root, 'src/node/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
  });
  return file;
}

export function spawnNode(file: string): NodeProcess {
  const child = fork(file, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const messages: FromNode[] = [];
  const traces: TraceEvent[] = [];
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let stderr = '';
  let ended = false;
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.on('message', (message: FromNode) => {
    if (message.type === 'trace') traces.push(...message.events);
    messages.push(message);
  });
  child.on('exit', () => {
    ended = true;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const find = async <M extends FromNode>(
    what: string,
    wanted: (message: FromNode) => message is M,
  ): Promise<M> => {
    const found = await until(what, () => messages.find(wanted) ?? (ended ? 'ended' : null), {
      show: () => stderr,
    });
    if (found === 'ended') throw new Error(`the node ended before ${what}: ${stderr}`);
    return found;
  };
  let ids = 0;
  return {
    child,
    messages,
    traces,
    exit,
    tell: (message) => void child.send(message),
    hear: async <T extends FromNode['type']>(type: T) =>
      find(`a message ${type}`, (message): message is Told<T> => message.type === type),
    async probe() {
      const id = (ids += 1);
      child.send({ type: 'probe', id } satisfies ToNode);
      const told = await find(
        'a report',
        (message): message is Told<'report'> => message.type === 'report' && message.id === id,
      );
      return told.report;
    },
    async operate(command) {
      const id = (ids += 1);
      child.send({ type: 'operator', id, shard: 0, command } satisfies ToNode);
      const told = await find(
        'an outcome',
        (message): message is Told<'outcome'> => message.type === 'outcome' && message.id === id,
      );
      return told.outcome;
    },
  };
}

export interface TestCluster {
  readonly nodes: ReadonlyMap<NodeId, NodeProcess>;
  node(id: NodeId): NodeProcess;
  link(from: NodeId, to: NodeId): Forwarder;
  client(id: NodeId): Promise<RespClient>;
  /** Starts a node, again if it has ended, and answers with what `ready` said. */
  start(id: NodeId): Promise<Told<'ready'>>;
  promote(id: NodeId, number?: number): Promise<Outcome>;
}

/** Node processes that reach each other by links. `start` each. Ends with the test. */
export async function testCluster(
  file: string,
  ids: readonly NodeId[],
  options: ModeOptions = {},
): Promise<TestCluster> {
  const dir = tempDir();
  const nodes = new Map<NodeId, NodeProcess>();
  const links = new Map<string, Forwarder>();
  const clientPorts = new Map<NodeId, Forwarder>();
  for (const to of ids) {
    clientPorts.set(to, await forwarder(0));
    for (const from of ids) if (from !== to) links.set(`${from} ${to}`, await forwarder(0));
  }
  const node = (id: NodeId): NodeProcess => nodes.get(id)!;
  const link = (from: NodeId, to: NodeId): Forwarder => links.get(`${from} ${to}`)!;
  const portsTo = (of: (to: NodeId) => Forwarder, to: readonly NodeId[]): Record<NodeId, number> =>
    Object.fromEntries(to.map((id) => [id, of(id).port]));
  return {
    nodes,
    node,
    link,
    client: async (id) => respClient(clientPorts.get(id)!.port),
    async start(self) {
      const started = spawnNode(file);
      nodes.set(self, started);
      await started.hear('loaded');
      const others = ids.filter((id) => id !== self);
      const init: NodeInit = {
        type: 'init',
        cluster: 'c1',
        token: 'secret',
        self,
        members: ids,
        disk: diskOf(self),
        shards: 1,
        dir: join(dir, self),
        mode: 'single-leader',
        options,
        durability: 'normal',
        peers: portsTo((to) => link(self, to), others),
        clientPorts: portsTo((to) => clientPorts.get(to)!, ids),
        conditions: sound,
      };
      started.tell(init);
      const ready = await started.hear('ready');
      for (const from of others) link(from, self).aim(ready.replicationPort);
      clientPorts.get(self)!.aim(ready.clientPort);
      return ready;
    },
    promote: async (id, number = 1) =>
      node(id).operate({ kind: 'promote', ballot: { number, disk: diskOf(id) } }),
  };
}
