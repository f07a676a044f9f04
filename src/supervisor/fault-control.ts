import type { FaultView, HitView } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Methods } from '../control/message.ts';
import type { ActiveFault, FaultParams } from '../faults/fault.ts';
import { addFault, faultKinds, formatFault, parseFault } from '../faults/faults.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Proxy } from '../proxy/host.ts';
import type { EventLog } from './event-log.ts';
import type { RecordFile } from './record-file.ts';

export interface FaultControl {
  inject(params: FaultParams): Promise<Methods['fault']['result']>;
  /** Null: all of them. */
  heal(id: string | null): Promise<Methods['heal']['result']>;
  views(hits: Readonly<Record<string, HitView>>): readonly FaultView[];
}

export interface FaultWorld {
  readonly cluster: string;
  readonly nodes: readonly NodeId[];
  readonly proxy: Pick<Proxy, 'setFaults'>;
  readonly record: RecordFile;
  readonly events: EventLog;
  /** Since `up`. */
  nowMs(): number;
}

const noHit: HitView = { byClass: {}, payload: 0, bytes: 0, connections: 0 };

/** What is in force is recorded before the proxy is told: whoever finds the record knows what may be cut. */
export function createFaultControl(world: FaultWorld): FaultControl {
  const { record, proxy, events, cluster } = world;
  const since = new Map<string, number>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One change after the other: what a command sees in force is what it changes. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = queue.then(act);
    queue = done.catch(() => {});
    return done;
  };

  const inject = async (given: FaultParams): Promise<Methods['fault']['result']> => {
    const params = checked(given, world.nodes);
    const { faults, nextFault } = record.now;
    const added = addFault(faults, { id: `f${nextFault}`, params });
    const { id } = added.fault;
    const text = formatFault(params);
    if (!added.changed) return { changed: false, event: events.last, id, text, links: 0, connections: 0 };
    record.change({
      faults: added.faults,
      nextFault: added.fault.id === `f${nextFault}` ? nextFault + 1 : nextFault,
    });
    if (!since.has(id)) since.set(id, world.nowMs());
    const { links, connections } = await proxy.setFaults(added.faults);
    const replaced = added.replaced.map((fault) => fault.id).join(' ');
    const event = events.append(null, params.kind, {
      id,
      text,
      links,
      connections,
      ...(replaced === '' ? {} : { replaced }),
    });
    return { changed: true, event, id, text, links, connections };
  };

  const heal = async (id: string | null): Promise<Methods['heal']['result']> => {
    const { faults, nextFault } = record.now;
    if (id !== null && !wasIssued(id, nextFault)) {
      throw new ReplabError('no-such-fault', {
        cluster,
        id,
        ids: faults.map((fault) => fault.id).join(', '),
      });
    }
    const ending = faults.filter((fault) => id === null || fault.id === id);
    if (ending.length === 0) return { changed: false, event: events.last, healed: [] };
    const left = faults.filter((fault) => !ending.includes(fault));
    record.change({ faults: left });
    const { hits } = await proxy.setFaults(left);
    const healed = ending.map((fault) => ({
      id: fault.id,
      text: formatFault(fault.params),
      hit: hits[fault.id] ?? noHit,
    }));
    const event = events.append(null, 'healed', {
      ids: ending.map((fault) => fault.id).join(' '),
      ...sum(healed.map(({ hit }) => hit)),
    });
    return { changed: true, event, healed };
  };

  return {
    inject: (params) => inTurn(() => inject(params)),
    heal: (id) => inTurn(() => heal(id)),
    views: (hits) =>
      record.now.faults.map((fault) => viewOf(fault, since.get(fault.id) ?? 0, hits[fault.id] ?? noHit)),
  };
}

function viewOf({ id, params }: ActiveFault, sinceMs: number, hit: HitView): FaultView {
  return {
    id,
    kind: params.kind,
    text: formatFault(params),
    sinceMs: Math.round(sinceMs),
    untilMs: null,
    hit,
  };
}

/** Parameters from the socket are what the grammar makes of them as text: nothing else reaches the proxy. */
function checked(given: FaultParams, nodes: readonly NodeId[]): FaultParams {
  const bad = (text: string, detail: string): ReplabError => new ReplabError('bad-fault', { text, detail });
  const kind: string = given.kind;
  if (!Object.hasOwn(faultKinds, kind)) throw bad(kind, 'There is no such kind');
  let text: string;
  try {
    text = formatFault(given);
  } catch {
    throw bad(JSON.stringify(given), 'Its parameters are not those of its kind');
  }
  const parsed = parseFault(given.kind, text.split(' ').slice(1), nodes);
  if (typeof parsed === 'string') throw bad(text, parsed);
  return parsed;
}

function wasIssued(id: string, nextFault: number): boolean {
  const match = /^f([1-9]\d{0,8})$/.exec(id);
  return match !== null && Number(match[1]) < nextFault;
}

function sum(hits: readonly HitView[]): { readonly heldFrames: number; readonly heldBytes: number } {
  return {
    heldFrames: hits.reduce((all, { payload }) => all + payload, 0),
    heldBytes: hits.reduce((all, { bytes }) => all + bytes, 0),
  };
}
