import { clientAt, clientPlace, linkName, linksOf, type ClientPlace } from '../cluster/place.ts';
import { clientPlaces, latencyMs, regionNames } from '../cluster/regions.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { markOf } from '../control/cluster-record.ts';
import { paths } from '../control/state-dir.ts';
import { conditionsOf } from '../faults/faults.ts';
import { engines } from '../engines/engines.ts';
import type { ActiveFault } from '../faults/fault.ts';
import type { NodeInit } from '../node/ipc.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Proxy } from '../proxy/host.ts';
import type { OpenLink } from '../proxy/message.ts';
import { openEventLog, type EventLog } from './event-log.ts';
import { createFaultControl, type FaultControl } from './fault-control.ts';
import { createLeadership, type Leadership } from './leadership.ts';
import { Loads } from './loads.ts';
import { ManagedNode } from './node.ts';
import { NodeHits } from './node-hits.ts';
import { startReaper, type Reaper } from './reaper-link.ts';
import type { RecordFile } from './record-file.ts';
import { Sampler } from './sampler.ts';

/** The parts of a running cluster, put together once. */
export interface Cluster {
  readonly spec: ClusterSpec;
  readonly dir: string;
  readonly record: RecordFile;
  readonly events: EventLog;
  readonly proxy: Proxy;
  readonly reaper: Reaper;
  /** Of every link, by its name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly nodes: readonly ManagedNode[];
  readonly sampler: Sampler;
  readonly faults: FaultControl;
  readonly leadership: Leadership;
  readonly loads: Loads;
  /** Since `up`. */
  nowMs(): number;
}

/** Opens every link of the cluster; starts no node yet. */
export async function createCluster(dir: string, record: RecordFile, proxy: Proxy): Promise<Cluster> {
  const { spec, token } = record.now;
  const upAt = performance.now();
  const nowMs = (): number => performance.now() - upAt;
  const ports = await proxy.open(openLinks(spec));
  const events = openEventLog(paths.events(dir), nowMs);
  const reaper = startReaper();
  const hits = new NodeHits();
  const world = {
    cluster: spec.name,
    dir,
    durability: spec.durability,
    hits,
    engine: engines[spec.engine],
    proxy,
    events,
    record,
    reaper,
    mark: markOf(token),
    logFile: (node: NodeId) => paths.nodeLog(dir, node),
    init: (node: NodeId, disk: DiskId) =>
      nodeInit({ spec, token, dir, ports, faults: record.now.faults }, node, disk),
  };
  const nodes = record.now.nodes.map(({ id }) => new ManagedNode(id, world));
  const sampler = new Sampler(nodes, hits, spec.shards);
  const faults = createFaultControl({
    cluster: spec.name,
    regions: regionNames(spec.regions),
    nodes,
    hits,
    proxy,
    record,
    events,
    nowMs,
  });
  const leadership = createLeadership({
    cluster: spec.name,
    mode: spec.mode,
    shards: spec.shards,
    nodes,
    sampler,
    record,
    events,
  });
  const loads = new Loads({ cluster: spec.name, dir, events, record, reaper, mark: markOf(token) });
  return {
    spec,
    dir,
    record,
    events,
    proxy,
    reaper,
    ports,
    nodes,
    sampler,
    faults,
    leadership,
    loads,
    nowMs,
  };
}

/** Every link, as long as it is far from one of its ends to the other: under every fault, and after every heal. */
function openLinks({ nodes, regions }: ClusterSpec): readonly OpenLink[] {
  return linksOf(nodes, clientPlaces(regions)).map(({ from, to }) => ({
    from,
    to,
    latencyMs: { forward: latencyMs(regions, from, to), back: latencyMs(regions, to, from) },
  }));
}

interface InitFacts {
  readonly spec: ClusterSpec;
  readonly token: string;
  readonly dir: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly faults: readonly ActiveFault[];
}

/** What a node is told: addresses of links, and nothing of what is behind them. */
function nodeInit({ spec, token, dir, ports, faults }: InitFacts, self: NodeId, disk: DiskId): NodeInit {
  const others = spec.nodes.filter((node) => node !== self);
  const portsFrom = (from: ClientPlace): Readonly<Record<NodeId, number>> =>
    Object.fromEntries(spec.nodes.map((to) => [to, ports[linkName({ from, to })]!]));
  return {
    type: 'init',
    cluster: spec.name,
    token,
    self,
    members: spec.nodes,
    disk,
    shards: spec.shards,
    dir: paths.nodeData(dir, self, disk),
    mode: spec.mode,
    options: spec.options,
    durability: spec.durability,
    peers: Object.fromEntries(others.map((to) => [to, ports[linkName({ from: self, to })]!])),
    clientPorts: portsFrom(clientPlace),
    listeners: Object.fromEntries(regionNames(spec.regions).map((name) => [name, portsFrom(clientAt(name))])),
    conditions: conditionsOf(faults, self),
  };
}
