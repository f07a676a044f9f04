import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { isClientPlace, linkName, regionOfClient, type LinkId } from '../cluster/place.ts';
import type { LinkView } from '../cluster/snapshot.ts';
import type { Flow } from '../faults/fault.ts';
import type { Judgement } from '../faults/faults.ts';
import { distanceShape, longestDelayMs } from '../faults/shape.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { Connection, type ConnectionLink } from './connection.ts';
import { FrameScanner } from './frame-scanner.ts';
import type { Alarms } from './alarms.ts';
import { Shaping, type FlowState } from './flow-state.ts';
import type { Hit } from './hit.ts';
import type { LostInFlight, OpenLink, UpstreamPorts } from './message.ts';
import { chunkScanner, frameScanner, type Scanner } from './scanner.ts';
import { socketOptions } from './socket.ts';
import { Passed } from './traffic.ts';

/** One link as the table of links drives it. Bound for the cluster's life; what it leads to may move. */
export interface Link {
  readonly id: LinkId;
  readonly forward: FlowState;
  readonly back: FlowState;
  readonly connections: ReadonlySet<Connection>;
  /** Binds the listener, on a port of the kernel's choice, and answers with it. */
  listen(): Promise<number>;
  view(): Omit<LinkView, 'roundTripMs'>;
  discard(node: NodeId): LostInFlight;
  close(): Promise<void>;
}

export function createLink(
  { from, to, latencyMs = { forward: 0, back: 0 } }: OpenLink,
  alarms: Alarms,
  upstreamOf: (node: NodeId) => UpstreamPorts | null,
): Link {
  const clear = { state: 'pass', hits: [], shaping: null } as const;
  const id: LinkId = { from, to };
  const flow = (direction: Flow['direction']): FlowState => ({
    flow: { ...id, direction },
    base: distanceShape(latencyMs[direction]),
    ...clear,
  });
  const [forward, back] = [flow('forward'), flow('back')];
  const connections = new Set<Connection>();
  const passed = new Passed();
  const shared: ConnectionLink = {
    forward,
    back,
    passed,
    alarms,
    scanners: () => scannersOf(id),
    upstreamPort() {
      const ports = upstreamOf(id.to);
      if (ports === null) return null;
      if (!isClientPlace(id.from)) return ports.replicationPort;
      return ports.listenerPorts?.[regionOfClient(id.from) ?? ''] ?? ports.clientPort;
    },
    forget: (connection) => void connections.delete(connection),
  };
  // A failure to accept (no descriptors left) is not listened to: it ends the proxy, which is reported.
  const server = createServer(socketOptions, (socket) => connections.add(new Connection(shared, socket)));
  return {
    id,
    forward,
    back,
    connections,
    async listen() {
      server.listen({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    view: () => ({
      ...id,
      latencyMs: latencyMs.forward,
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

/** Sets what a flow is judged to be; answers whether it is anything else now. Touches no connection. */
export function judge(
  flow: FlowState,
  { state, by, shape }: Judgement,
  hitOf: (id: string) => Hit,
  alarms: Alarms,
): boolean {
  const shapedBy = shape.map((part) => part.by);
  const isShapedAlike = sameIds(flow.shaping?.shape.map((part) => part.by) ?? [], shapedBy);
  const before = flow.hits.map(({ id }) => id);
  if (sameIds(before, by) && isShapedAlike) return false;
  flow.state = state;
  flow.hits = by.map(hitOf);
  if (flow.shaping !== null && isShapedAlike) flow.shaping.gate.rest();
  else {
    const name = `${linkName(flow.flow)} ${flow.flow.direction}`;
    flow.shaping = shape.length === 0 ? null : new Shaping(shape, name, hitOf, alarms);
  }
  return true;
}

/** What is in force by an id never changes, so that ids say all. */
function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

/** Only the forward way of a link between nodes carries frames (T1); of clients, chunks are counted. */
function scannersOf(id: LinkId): { readonly forward: Scanner; readonly back: Scanner } {
  if (isClientPlace(id.from)) return { forward: chunkScanner('request'), back: chunkScanner('reply') };
  return { forward: frameScanner(new FrameScanner()), back: chunkScanner(null) };
}

/** The delay of a flow, without jitter; 0 when there is none. */
export function delayMsOf({ shaping }: FlowState): number {
  return shaping === null ? 0 : longestDelayMs(shaping.shape);
}

function flowsView(
  forward: FlowState,
  back: FlowState,
  connections: ReadonlySet<Connection>,
): Pick<LinkView, 'state' | 'faults' | 'held' | 'connections' | 'delayMs'> {
  const waiting = [...connections].map((connection) => connection.waiting);
  const flows = [forward, back];
  return {
    state: worst(flows),
    delayMs: delayMsOf(forward),
    faults: [...new Set(flows.flatMap(({ hits, shaping }) => hits.concat(shaping?.hits ?? [])))].map(
      ({ id }) => id,
    ),
    held: {
      forward: isTouched(forward) ? waiting.reduce((sum, each) => sum + each.forward, 0) : 0,
      back: isTouched(back) ? waiting.reduce((sum, each) => sum + each.back, 0) : 0,
    },
    connections: connections.size,
  };
}

/** By a fault: distance alone makes no link slow. */
function isTouched({ state, shaping }: FlowState): boolean {
  return state !== 'pass' || (shaping?.hits.length ?? 0) > 0;
}

function worst(flows: readonly FlowState[]): LinkView['state'] {
  if (flows.some(({ state }) => state === 'reset')) return 'reset';
  if (flows.some(({ state }) => state === 'hold')) return 'held';
  return flows.some(isTouched) ? 'slow' : 'ok';
}
