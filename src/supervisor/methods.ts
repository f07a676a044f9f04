import { setMaxListeners } from 'node:events';
import type { Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Methods, NodeAction } from '../control/message.ts';
import type { Call, Handlers } from '../control/server.ts';
import { diskName, type NodeId } from '../protocol/node-id.ts';
import type { Cluster } from './cluster.ts';
import type { ManagedNode } from './node.ts';
import type { Acted } from './node-world.ts';
import { resetCluster } from './reset.ts';
import { takeSnapshot } from './status.ts';
import { watchCluster } from './watch.ts';

/** What the methods need of the supervisor's own life. */
export interface Life {
  phase(): Snapshot['phase'];
  /** Settles when the cluster is ready, or is down again because it could not get ready. */
  ready(progress: (line: string) => void): Promise<void>;
  /** Takes the cluster down, once: later calls share the first. */
  down(keep: boolean, progress: (line: string) => void): Promise<Methods['down']['result']>;
}

/** Every method of the control socket. Parameters come from a socket: what they are used for is checked here. */
export function createHandlers(cluster: Cluster, life: Life): Handlers {
  const { loads } = cluster;
  const world = { ...cluster, phase: () => life.phase() };
  const snapshot = (fresh: boolean): Promise<Snapshot> => takeSnapshot(world, fresh);

  /** Commands that change something wait for `up`, and come too late for `down`. */
  const whileUp = async (): Promise<void> => {
    await life.ready(() => {});
    if (life.phase() === 'stopping') throw new ReplabError('stopping', { cluster: cluster.spec.name });
  };

  return {
    hello: () => Promise.resolve({ spec: cluster.spec, pid: process.pid }),
    async ready(_params, { item }) {
      await life.ready((progress) => item({ progress }));
      return await snapshot(true);
    },
    snapshot: ({ fresh }) => snapshot(fresh),
    watch: ({ everyMs }, call) => watchCluster(world, everyMs, call),
    events: (params, call) => follow(cluster, params, call),
    async fault(params) {
      await whileUp();
      return await cluster.faults.inject(params);
    },
    async heal({ ids }) {
      await whileUp();
      return await cluster.faults.heal(ids);
    },
    async node(params, { item }) {
      await whileUp();
      return await actOn(cluster, params, (progress) => item({ progress }));
    },
    async disk({ action, node: id, name }) {
      await whileUp();
      const node = find(cluster, id);
      const { event, bytes, frozenMs } = await node[action](name);
      return { changed: true, event, node: id, name, bytes, frozenMs, disk: diskName(node.disk) };
    },
    async reset(_params, { item }) {
      await whileUp();
      return await resetCluster(cluster, (progress) => item({ progress }));
    },
    async promote(params) {
      await whileUp();
      return await cluster.leadership.promote(params);
    },
    async set({ settings }) {
      await whileUp();
      return await cluster.leadership.set(settings);
    },
    async load({ plan, pid }, { item, signal }) {
      await whileUp();
      return await loads.attend({ plan, pid, item }, signal);
    },
    'load-end': ({ id, figures }) => Promise.resolve(loads.end(id, figures)),
    async 'load-start'({ plan, withinMs }) {
      await whileUp();
      return await loads.start(plan, withinMs);
    },
    'load-stop': ({ id }) => loads.stop(id),
    loads: () => Promise.resolve({ loads: loads.running() }),
    down: ({ keep }, { item }) => life.down(keep, (progress) => item({ progress })),
  };
}

async function follow(
  { events }: Cluster,
  { after, follow: following }: Methods['events']['params'],
  { item, signal }: Call<'events'>,
): Promise<Methods['events']['result']> {
  for (const event of events.after(after)) item(event);
  if (following && !signal.aborted) {
    setMaxListeners(0, signal);
    const unsubscribe = events.subscribe(item);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    unsubscribe();
  }
  return { last: events.last };
}

type ActionParams = Methods['node']['params'];

const actions: Readonly<Record<NodeAction, (node: ManagedNode, params: ActionParams) => Promise<Acted>>> = {
  kill: (node, { process = false, wipe = false }) => node.kill({ process, wipe }),
  stop: (node) => node.stop(),
  start: (node) => node.start(),
  restart: (node) => node.restart(),
  pause: (node, { forMs = null }) => node.pause(forMs),
  resume: (node) => node.resume(),
};

/** On all named nodes at once. If it fails on some, the others are done all the same, and the first reason is thrown. */
async function actOn(
  cluster: Cluster,
  params: ActionParams,
  progress: (line: string) => void,
): Promise<Methods['node']['result']> {
  const { action } = params;
  const chosen = [...new Set(params.nodes)].map((id) => find(cluster, id));
  progress(`${action} ${chosen.map(({ id }) => id).join(', ')}`);
  const done = await Promise.allSettled(chosen.map((node) => actions[action](node, params)));
  const acted = done.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const caused = acted.flatMap(({ event }) => event ?? []);
  return {
    changed: acted.some(({ changed }) => changed),
    event: caused.length === 0 ? cluster.events.last : Math.min(...caused),
    nodes: acted.map(({ changed, lostInFlight, lostUnsynced }, i) => {
      const { id, disk } = chosen[i]!;
      return { id, changed, lostInFlight, lostUnsynced, disk: diskName(disk) };
    }),
  };
}

function find({ nodes, spec }: Cluster, id: NodeId): ManagedNode {
  const node = nodes.find((one) => one.id === id);
  if (node !== undefined) return node;
  throw new ReplabError('no-such-node', { cluster: spec.name, node: id, nodes: spec.nodes.join(', ') });
}
