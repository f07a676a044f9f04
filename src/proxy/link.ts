import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { clientPlace, type LinkId } from '../cluster/place.ts';
import type { LinkView } from '../cluster/snapshot.ts';
import type { Judgement } from '../faults/faults.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { Connection, type ConnectionLink } from './connection.ts';
import { FrameScanner } from './frame-scanner.ts';
import type { Hit } from './hit.ts';
import type { LostInFlight, UpstreamPorts } from './message.ts';
import type { FlowState, Scan } from './pipe.ts';
import { socketOptions } from './socket.ts';
import { Passed } from './traffic.ts';

/** One link as the table of links drives it. Bound for the cluster's life; what it leads to may move. */
export interface Link {
  readonly id: LinkId;
  readonly flows: readonly FlowState[];
  readonly connections: ReadonlySet<Connection>;
  /** Binds the listener, on a port of the kernel's choice, and answers with it. */
  listen(): Promise<number>;
  view(): LinkView;
  discard(node: NodeId): LostInFlight;
  close(): Promise<void>;
}

export function createLink(id: LinkId, upstreamOf: (node: NodeId) => UpstreamPorts | null): Link {
  const forward: FlowState = { flow: { ...id, direction: 'forward' }, held: false, hits: [] };
  const back: FlowState = { flow: { ...id, direction: 'back' }, held: false, hits: [] };
  const connections = new Set<Connection>();
  const passed = new Passed();
  const shared: ConnectionLink = {
    forward,
    back,
    passed,
    scans: () => scansOf(id),
    upstreamPort() {
      const ports = upstreamOf(id.to);
      return ports === null ? null : id.from === clientPlace ? ports.clientPort : ports.replicationPort;
    },
    forget: (connection) => void connections.delete(connection),
  };
  // A failure to accept (no descriptors left) is not listened to: it ends the proxy, which is reported.
  const server = createServer(socketOptions, (socket) => connections.add(new Connection(shared, socket)));
  return {
    id,
    flows: [forward, back],
    connections,
    async listen() {
      server.listen({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    view: () => ({
      ...id,
      ...flowsView(forward, back, connections),
      bytes: passed.bytes,
      frames: passed.frames,
    }),
    discard(node) {
      const lost = [...connections].map((connection) => connection.discard(node));
      return {
        frames: lost.reduce((sum, each) => sum + each.frames, 0),
        bytes: lost.reduce((sum, each) => sum + each.bytes, 0),
      };
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}

/** Sets what a flow is judged to be; answers whether other faults hold it now. Touches no connection. */
export function judge(flow: FlowState, { verdict, by }: Judgement, hitOf: (id: string) => Hit): boolean {
  if (by.length === flow.hits.length && flow.hits.every((hit, at) => hit.id === by[at])) return false;
  flow.held = verdict === 'hold';
  flow.hits = by.map(hitOf);
  return true;
}

/** Only the forward way of a link between nodes carries frames (T1); of clients, chunks are counted. */
function scansOf(id: LinkId): { readonly forward: Scan; readonly back: Scan } {
  if (id.from === clientPlace) {
    return { forward: (_, count) => count.add('request', 1), back: (_, count) => count.add('reply', 1) };
  }
  const scanner = new FrameScanner();
  return { forward: (chunk, count) => scanner.scan(chunk, count), back: () => {} };
}

function flowsView(
  forward: FlowState,
  back: FlowState,
  connections: ReadonlySet<Connection>,
): Pick<LinkView, 'state' | 'faults' | 'held' | 'connections'> {
  const waiting = [...connections].map((connection) => connection.waiting);
  return {
    state: forward.held || back.held ? 'held' : 'ok',
    faults: [...new Set([...forward.hits, ...back.hits].map((hit: Hit) => hit.id))],
    held: {
      forward: forward.held ? waiting.reduce((sum, each) => sum + each.forward, 0) : 0,
      back: back.held ? waiting.reduce((sum, each) => sum + each.back, 0) : 0,
    },
    connections: connections.size,
  };
}
