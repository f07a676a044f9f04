import { isClientPlace, linkName } from '../cluster/place.ts';
import type { HitView, LinkView } from '../cluster/snapshot.ts';
import type { ActiveFault } from '../faults/fault.ts';
import { countsOf, verdictOf } from '../faults/faults.ts';
import { assert } from '../lib/assert.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { Hit } from './hit.ts';
import { Alarms } from './alarms.ts';
import { createLink, delayMsOf, judge, type Link } from './link.ts';
import type { FaultsSet, LostInFlight, OpenLink, ProxyCounters, Reach, UpstreamPorts } from './message.ts';

/** All links of a cluster. Every function but `open` and `close` is done when it returns: none waits on data. */
export interface Links {
  open(ids: readonly OpenLink[]): Promise<Readonly<Record<string, number>>>;
  upstream(node: NodeId, ports: UpstreamPorts | null): void;
  setFaults(faults: readonly ActiveFault[]): FaultsSet;
  discard(node: NodeId): LostInFlight;
  counters(): ProxyCounters;
  close(): Promise<void>;
}

export function createLinks(): Links {
  const links = new Map<string, Link>();
  const alarms = new Alarms();
  const upstreams = new Map<NodeId, UpstreamPorts>();
  let faults: readonly ActiveFault[] = [];
  let hits: ReadonlyMap<string, Hit> = new Map();

  const judgeLink = (link: Link): boolean => {
    const changed = [link.forward, link.back].map((flow) =>
      judge(flow, verdictOf(faults, flow.flow, flow.base), (id) => hits.get(id) as Hit, alarms),
    );
    return changed.includes(true);
  };

  /** There and back: a node answers on a connection of its own (T1), a client is answered on its own. */
  const roundTripMs = ({ id, forward, back }: Link): number => {
    const answers = isClientPlace(id.from)
      ? back
      : links.get(linkName({ from: id.to, to: id.from }))?.forward;
    return delayMsOf(forward) + (answers === undefined ? 0 : delayMsOf(answers));
  };

  const viewOf = (link: Link): LinkView => ({ ...link.view(), roundTripMs: roundTripMs(link) });

  return {
    async open(ids) {
      const again = ids.map(linkName).find((name) => links.has(name));
      assert(again === undefined, 'a link is opened once', { again });
      const opened = ids.map((id) => createLink(id, alarms, (node) => upstreams.get(node) ?? null));
      for (const link of opened) {
        judgeLink(link);
        links.set(linkName(link.id), link);
      }
      const ports = await Promise.all(opened.map((link) => link.listen()));
      return Object.fromEntries(opened.map((link, at) => [linkName(link.id), ports[at] as number]));
    },

    upstream(node, ports) {
      if (ports === null) upstreams.delete(node);
      else upstreams.set(node, ports);
    },

    /** Atomic over all links: every flow is judged before the first byte leaves because of it. */
    setFaults(next) {
      const before = hits;
      faults = next;
      hits = new Map(next.map(({ id, params }) => [id, before.get(id) ?? new Hit(id, countsOf(params))]));
      const touched = [...links.values()].filter(judgeLink);
      const reach = Object.fromEntries(next.map(({ id }) => [id, reachOf(id, [...links.values()])]));
      for (const link of touched) {
        for (const connection of link.connections) connection.rejudged();
      }
      return {
        links: touched.length,
        connections: touched.reduce((sum, link) => sum + link.connections.size, 0),
        reach,
        hits: viewsOf(new Map([...before, ...hits])),
      };
    },

    /** The node's machine is gone (P6): with it, every connection that it dialled or was dialled on. */
    discard(node) {
      const lost = [...links.values()]
        .filter(({ id }) => id.from === node || id.to === node)
        .map((link) => link.discard(node));
      return {
        frames: lost.reduce((sum, each) => sum + each.frames, 0),
        bytes: lost.reduce((sum, each) => sum + each.bytes, 0),
      };
    },

    counters: () => ({ links: [...links.values()].map(viewOf), hits: viewsOf(hits) }),

    async close() {
      alarms.close();
      await Promise.all([...links.values()].map((link) => link.close()));
      links.clear();
    },
  };
}

function reachOf(fault: string, links: readonly Link[]): Reach {
  const reached = links.filter(({ forward, back }) =>
    [forward, back].some(({ hits, shaping }) =>
      [...hits, ...(shaping?.hits ?? [])].some(({ id }) => id === fault),
    ),
  );
  return {
    links: reached.length,
    connections: reached.reduce((sum, link) => sum + link.connections.size, 0),
  };
}

function viewsOf(hits: ReadonlyMap<string, Hit>): Readonly<Record<string, HitView>> {
  return Object.fromEntries([...hits].map(([id, hit]) => [id, hit.view()]));
}
