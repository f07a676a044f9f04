import { clientAt, clientPlace, linkName } from '../cluster/place.ts';
import { regionNames, regionOf } from '../cluster/regions.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import type { Proxy } from '../proxy/host.ts';
import type { EventLog } from './event-log.ts';
import type { FaultControl } from './fault-control.ts';
import type { ManagedNode } from './node.ts';
import type { Round, Sampler } from './sampler.ts';
import { buildSnapshot, type NodeObservation } from './snapshot.ts';
import { liveOptions } from './spec.ts';

export interface StatusWorld {
  readonly spec: ClusterSpec;
  readonly nodes: readonly ManagedNode[];
  readonly sampler: Sampler;
  readonly proxy: Pick<Proxy, 'counters'>;
  readonly faults: FaultControl;
  readonly events: EventLog;
  /** By link name. */
  readonly ports: Readonly<Record<string, number>>;
  nowMs(): number;
  phase(): Snapshot['phase'];
}

/** Puts together what nodes, proxy and process table show now; `fresh`: the nodes are asked again first. */
export async function takeSnapshot(world: StatusWorld, fresh: boolean): Promise<Snapshot> {
  const { spec, sampler } = world;
  const round = fresh ? await sampler.fresh() : sampler.latest;
  const counters = await world.proxy.counters();
  return buildSnapshot({
    cluster: spec.name,
    mode: spec.mode,
    engine: spec.engine,
    seq: round.seq,
    tMs: world.nowMs(),
    nowMs: performance.now(),
    phase: world.phase(),
    events: world.events.last,
    options: spec.options,
    live: Object.keys(liveOptions(spec)),
    nodes: world.nodes.map((node) => observe(node, round, world)),
    histories: sampler.histories,
    links: counters.links,
    faults: world.faults.views(counters.hits),
  });
}

function observe(node: ManagedNode, round: Round, { spec, sampler, ports }: StatusWorld): NodeObservation {
  const { id, process, ready } = node;
  // A node that died since the round was not seen by it.
  const report = process === null ? null : (round.reports.get(id) ?? null);
  const seenAt = sampler.seenAt(id);
  return {
    id,
    state: node.state,
    pid: process?.identity.pid ?? null,
    disk: node.disk,
    region: regionOf(spec.regions, id),
    clientPort: ports[linkName({ from: clientPlace, to: id })] ?? null,
    clientPortAt: Object.fromEntries(
      regionNames(spec.regions).map((name) => [name, ports[linkName({ from: clientAt(name), to: id })]!]),
    ),
    directPort: ready?.clientPort ?? null,
    report,
    seenAt,
    silentSince: process === null || report !== null ? null : (process.silentSince() ?? seenAt),
  };
}
