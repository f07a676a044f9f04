import type { NodeId } from '../protocol/node-id.ts';
import type { ModeOptions } from '../protocol/protocol.ts';
import type { Regions } from './regions.ts';

/** `normal`: survives SIGKILL, not power loss. `full`: an fsync for every turn that wrote. */
export type Durability = 'normal' | 'full';

/** What one `up` asks for. Frozen for the cluster's life; live settings are in the replication log. */
export interface ClusterSpec {
  readonly name: string;
  readonly mode: string;
  readonly engine: 'replab';
  readonly nodes: readonly NodeId[];
  /** Parts of the keys, each with a leader and a log of its own; every node has a replica of each. */
  readonly shards: number;
  readonly options: ModeOptions;
  readonly durability: Durability;
  /** Absent: every place is at no distance from every other. */
  readonly regions?: Regions;
}

export const clusterNamePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const maxNodes = 64;
