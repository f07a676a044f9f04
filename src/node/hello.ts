import { lanes, type Lane } from '../protocol/message-class.ts';
import { nodeOfDisk, type DiskId, type NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';

/** Of messages between nodes, as a whole; frames have a version of their own. */
export const transportProtocol = 1;

/** Who speaks on this connection: its first frame, after which data follows without waiting (T4). */
export interface Hello extends Message {
  readonly class: 'hello';
  readonly protocol: number;
  /** Proves membership of the cluster. */
  readonly token: string;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly disk: DiskId;
  /** Starts of that disk. */
  readonly boot: number;
  /** Connections dialled in that boot, this one included. */
  readonly dial: number;
  readonly lane: Lane;
}

export type HelloFault =
  | 'hello-missing'
  | 'hello-repeated'
  | 'hello-malformed'
  | 'hello-protocol'
  | 'hello-token'
  | 'hello-to'
  | 'hello-from'
  /** An older disk, boot or dial than one already heard. */
  | 'hello-stale';

export interface HelloExpectation {
  readonly token: string;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
}

/** The hello, or why the connection is closed. Staleness is the receiver's to judge. */
export function checkHello(message: Message, expected: HelloExpectation): Hello | HelloFault {
  if (message.class !== 'hello') return 'hello-missing';
  const hello = message as Partial<Hello>;
  if (hello.protocol !== transportProtocol) return 'hello-protocol';
  if (hello.token !== expected.token) return 'hello-token';
  if (hello.to !== expected.self) return 'hello-to';
  const { from, disk, boot, dial, lane } = hello;
  if (from === undefined || from === expected.self || !expected.members.includes(from)) return 'hello-from';
  if (!isCount(disk) || !isCount(boot) || !isCount(dial)) return 'hello-malformed';
  if (lane === undefined || !lanes.includes(lane)) return 'hello-malformed';
  if (nodeOfDisk(disk) !== from) return 'hello-from';
  return message as Hello;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** One life of a peer's process. */
export interface Incarnation {
  readonly disk: DiskId;
  readonly boot: number;
}

/** Disks of one node ascend with its lives, boots within a disk. */
export function compareIncarnations(a: Incarnation, b: Incarnation): number {
  return a.disk - b.disk || a.boot - b.boot;
}
