import { setImmediate as immediate } from 'node:timers/promises';
import { writeRecord, type ClusterRecord } from '../control/cluster-record.ts';
import { ReplabError } from '../control/errors.ts';
import type { ProcessIdentity } from '../control/process-identity.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';

/** The cluster's record, in memory and on disk alike: a change is on disk when `change` returns. */
export interface RecordFile {
  readonly now: ClusterRecord;
  change(fields: Partial<ClusterRecord>): void;
  /** Changes it if it can: for what must go on even when the disk is full or the directory is gone. */
  tryChange(fields: Partial<ClusterRecord>): void;
  /**
   * Notes the process a node has now; on disk when it settles. Nodes that start together are noted together:
   * each change writes the whole record.
   */
  started(node: NodeId, process: ProcessIdentity): Promise<void>;
  /** Notes the disks that nodes have from now on. */
  tookDisks(disks: ReadonlyMap<NodeId, DiskId>): void;
  /** The cluster is down: who comes later is refused (`stopping`), and another may be up under its name. */
  close(): void;
}

/** Only the holder of the directory's lock may open it. */
export function openRecordFile(dir: string, initial: ClusterRecord): RecordFile {
  let now = initial;
  let closed = false;
  const change = (fields: Partial<ClusterRecord>): void => {
    if (closed) throw new ReplabError('stopping', { cluster: now.spec.name });
    const next = { ...now, ...fields };
    writeRecord(dir, next);
    now = next;
  };
  let starting = new Map<NodeId, ProcessIdentity>();
  let noted: Promise<void> | null = null;
  const noteStarted = async (): Promise<void> => {
    await immediate();
    const processes = starting;
    starting = new Map();
    noted = null;
    change({ nodes: now.nodes.map((one) => ({ ...one, process: processes.get(one.id) ?? one.process })) });
  };
  change({});
  return {
    get now() {
      return now;
    },
    change,
    tryChange(fields) {
      try {
        change(fields);
      } catch (error) {
        console.error(error);
      }
    },
    started(node, process) {
      starting.set(node, process);
      noted ??= noteStarted();
      return noted;
    },
    tookDisks: (disks) =>
      change({ nodes: now.nodes.map((one) => ({ ...one, disk: disks.get(one.id) ?? one.disk })) }),
    close: () => (closed = true),
  };
}
