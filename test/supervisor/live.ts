import { createConnection } from 'node:net';
import { afterAll, beforeAll, onTestFinished, TestRunner } from 'vitest';
import type { ClusterEvent } from '../../src/cluster/event.ts';
import type { NodeView, Snapshot } from '../../src/cluster/snapshot.ts';
import type { ClusterSpec } from '../../src/cluster/spec.ts';
import { readRecord, type ClusterRecord } from '../../src/control/cluster-record.ts';
import { killIdentity, type ProcessIdentity } from '../../src/control/process-identity.ts';
import { processesOf } from '../../src/control/remains.ts';
import { clusterDir } from '../../src/control/state-dir.ts';
import { takeDownCluster } from '../../src/control/take-down.ts';
import { launchCluster, type Launched } from '../../src/supervisor/launch.ts';
import { tempDir, until } from '../support/until.ts';

/** A cluster of real processes, from source, that is ended with its test (or its describe) whatever becomes of it. */
export async function launch(root: string, spec: ClusterSpec): Promise<Launched> {
  endAfterTest(root, spec.name);
  return await launchCluster({ root, name: spec.name, spec });
}

/** Ends what the test did not: by identity, the supervisor first. */
export function endAfterTest(root: string, name: string): void {
  const end = (): void => {
    const read = readRecord(clusterDir(root, name));
    if (read.type !== 'record') return;
    killIdentity(read.record.supervisor, 'SIGKILL');
    for (const identity of processesOf(read.record)) killIdentity(identity, 'SIGKILL');
  };
  if (TestRunner.getCurrentTest() === undefined) afterAll(end);
  else onTestFinished(end);
}

export function recordIn(root: string, name: string): ClusterRecord {
  const read = readRecord(clusterDir(root, name));
  if (read.type !== 'record') throw new Error(`no record of ${name}: ${read.type}`);
  return read.record;
}

/** Every process a record names: the supervisor and the nodes. */
export function identitiesIn(record: ClusterRecord): readonly ProcessIdentity[] {
  return [record.supervisor, ...record.nodes.flatMap((node) => node.process ?? [])];
}

export async function freshSnapshot({ client }: Pick<Launched, 'client'>): Promise<Snapshot> {
  return await client.request('snapshot', { fresh: true });
}

export async function freshNode(cluster: Pick<Launched, 'client'>, id: string): Promise<NodeView> {
  const { nodes } = await freshSnapshot(cluster);
  return nodes.find((node) => node.id === id)!;
}

export async function eventsAfter(
  { client }: Pick<Launched, 'client'>,
  after: number,
): Promise<readonly ClusterEvent[]> {
  const events: ClusterEvent[] = [];
  await client.request('events', { after, follow: false }, { onItem: (event) => void events.push(event) });
  return events;
}

/** One command to a node's client link, inline; answers with the first line of the reply. */
export async function ask(cluster: Pick<Launched, 'client'>, node: string, command: string): Promise<string> {
  const { client: address } = (await freshNode(cluster, node)).address;
  const [host, port] = address!.split(':');
  return await new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), host, () => socket.write(`${command}\r\n`));
    socket.setEncoding('utf8');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(String(data).split('\r\n')[0]!);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

export interface Live {
  readonly root: string;
  readonly cluster: Launched;
  /** Brings it back to: all running, no fault, everyone caught up under one leader. */
  settle(): Promise<void>;
  leader(): Promise<string>;
  /** By ordinal. */
  followers(): Promise<readonly [string, string]>;
}

/** One cluster for all tests of a `describe`; it is up before the first and gone after the last. */
export function useCluster(spec: ClusterSpec): Live {
  const root = tempDir();
  endAfterTest(root, spec.name);
  let cluster: Launched | null = null;
  beforeAll(async () => {
    cluster = await launchCluster({ root, name: spec.name, spec });
  }, 60_000);
  afterAll(async () => {
    await takeDownCluster(root, spec.name, { keep: false });
  });
  const live: Live = {
    root,
    get cluster() {
      return cluster!;
    },
    settle: () => settle(cluster!, spec),
    leader: async () => (await freshSnapshot(live.cluster)).leaders[0]!.id,
    async followers() {
      const led = await live.leader();
      return spec.nodes.filter((id) => id !== led) as unknown as readonly [string, string];
    },
  };
  return live;
}

async function settle(cluster: Launched, { nodes: ids }: ClusterSpec): Promise<void> {
  const { client } = cluster;
  await client.request('heal', { ids: null });
  await client.request('node', { action: 'start', nodes: ids });
  const { nodes } = await freshSnapshot(cluster);
  const paused = nodes.filter(({ state }) => state === 'paused').map(({ id }) => id);
  await client.request('node', { action: 'resume', nodes: paused });
  await until('one leader, everyone caught up', async () => {
    const shot = await freshSnapshot(cluster);
    return (
      shot.leaders.length === 1 &&
      shot.nodes.every(({ lag, rewinding }) => lag.entries === 0 && !lag.forked && rewinding === false)
    );
  });
}
