/** `import { Cluster } from 'replab'`: clusters for test suites of one's own. */
export type { Client, ClientOptions, ReadDone, Swapped, WriteDone } from './client.ts';
export { Cluster, type Fault, type FaultOptions, type UpOptions } from './cluster.ts';
export { ReplabError } from '../control/errors.ts';
export type { Document, Ran, Settings } from './command-line.ts';
export type { SessionToken } from '../client/session/token.ts';
export type { Snapshot } from '../cluster/snapshot.ts';
export type { ClusterEvent } from '../cluster/event.ts';
