import { join } from 'node:path';
import { readRecord, type ClusterRecord } from '../../src/control/cluster-record.ts';
import type { ProcessIdentity } from '../../src/control/process-identity.ts';
import type { Shell } from './replab.ts';

/** The directory of a cluster, in the state directory of a shell. */
export function clusterDirIn(env: Shell['env'], name: string): string {
  return join(env['XDG_STATE_HOME']!, 'replab', name);
}

export function recordIn(env: Shell['env'], name: string): ClusterRecord {
  const read = readRecord(clusterDirIn(env, name));
  if (read.type === 'record') return read.record;
  throw new Error(`no record of ${name}: ${JSON.stringify(read)}`);
}

/** The supervisor, then the nodes that have or had a process. */
export function identitiesIn(record: ClusterRecord): readonly ProcessIdentity[] {
  return [record.supervisor, ...record.nodes.flatMap((node) => node.process ?? [])];
}
