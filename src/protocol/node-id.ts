import { assert } from '../lib/assert.ts';

/** `n1`, `n2`, …: the name of a node, for the cluster's life. */
export type NodeId = string;

/**
 * One life of a node's storage. A wiped or restored node gets a new one, so that no epoch, origin or
 * actor is ever used twice (a wiped voter would vote twice). Issued by the supervisor, kept in node.db,
 * unique in the cluster. The number carries its node and its life, so that it prints without a table.
 */
export type DiskId = number;

/** No disk: the author of the empty log's epoch. */
export const noDisk: DiskId = 0;

const nodesPerLife = 1024;

/** 1 for `n1`. Throws on anything that is not a node's name. */
function ordinalOf(node: NodeId): number {
  const match = /^n([1-9]\d{0,3})$/.exec(node);
  const ordinal = match === null ? 0 : Number(match[1]);
  assert(ordinal > 0 && ordinal < nodesPerLife, 'a node is named n1 to n1023', { node });
  return ordinal;
}

export function isNodeId(text: string): boolean {
  const match = /^n([1-9]\d{0,3})$/.exec(text);
  return match !== null && Number(match[1]) < nodesPerLife;
}

/** The `life`-th disk of a node; lives count from 1. */
export function diskOf(node: NodeId, life = 1): DiskId {
  return (life - 1) * nodesPerLife + ordinalOf(node);
}

/** Which of its node's disks it is; 1 for the first. */
export function lifeOf(disk: DiskId): number {
  return Math.floor(disk / nodesPerLife) + 1;
}

/** `n2` for the first disk of n2, `n2.2` for its second, `-` for no disk. */
export function diskName(disk: DiskId): string {
  if (disk === noDisk) return '-';
  const life = lifeOf(disk);
  return life === 1 ? nodeOfDisk(disk) : `${nodeOfDisk(disk)}.${life}`;
}

export function nodeOfDisk(disk: DiskId): NodeId {
  return `n${disk % nodesPerLife}`;
}

/** The inverse of `diskName`; null when `text` names no disk. */
export function parseDisk(text: string): DiskId | null {
  if (text === '-') return noDisk;
  const match = /^(n[1-9]\d{0,3})(?:\.([1-9]\d{0,5}))?$/.exec(text);
  if (match === null || !isNodeId(match[1]!)) return null;
  return diskOf(match[1]!, match[2] === undefined ? 1 : Number(match[2]));
}

/** By ordinal: n2 before n10. */
export function compareNodes(a: NodeId, b: NodeId): number {
  return ordinalOf(a) - ordinalOf(b);
}
