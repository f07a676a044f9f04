import type { FaultView, HitView } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Methods } from '../control/message.ts';
import type { ActiveFault, FaultParams } from '../faults/fault.ts';
import { sameConditions } from '../faults/conditions.ts';
import { addFault, conditionsOf, faultKinds, formatFault, nodeOf, parseFault } from '../faults/faults.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Proxy } from '../proxy/host.ts';
import type { EventLog } from './event-log.ts';
import type { ManagedNode } from './node.ts';
import type { NodeHits } from './node-hits.ts';
import type { RecordFile } from './record-file.ts';

export interface FaultControl {
  inject(params: FaultParams): Promise<Methods['fault']['result']>;
  /** Null: all of them. */
  heal(id: string | null): Promise<Methods['heal']['result']>;
  views(hits: Readonly<Record<string, HitView>>): readonly FaultView[];
}

export interface FaultWorld {
  readonly cluster: string;
  readonly nodes: readonly Pick<ManagedNode, 'id' | 'condition'>[];
  /** What nodes say that faults on them have hit. */
  readonly hits: NodeHits;
  readonly proxy: Pick<Proxy, 'setFaults'>;
  readonly record: RecordFile;
  readonly events: EventLog;
  /** Since `up`. */
  nowMs(): number;
}

/**
 * What is in force is recorded before proxy or nodes are told: whoever finds the record knows what may be
 * cut, and a node that starts meanwhile starts under it.
 */
export function createFaultControl(world: FaultWorld): FaultControl {
  const { record, events, cluster } = world;
  const ids = world.nodes.map(({ id }) => id);
  const since = new Map<string, number>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One change after the other: what a command sees in force is what it changes. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = queue.then(act);
    queue = done.catch(() => {});
    return done;
  };

  const inject = async (given: FaultParams): Promise<Methods['fault']['result']> => {
    const params = checked(given, ids);
    const { faults, nextFault } = record.now;
    const added = addFault(faults, { id: `f${nextFault}`, since: Date.now(), params });
    const { id } = added.fault;
    const text = formatFault(params);
    if (!added.changed) return { changed: false, event: events.last, id, text, ...untouched };
    record.change({
      faults: added.faults,
      nextFault: added.fault.id === `f${nextFault}` ? nextFault + 1 : nextFault,
    });
    if (!since.has(id)) since.set(id, world.nowMs());
    const { links, connections, nodes } = await carryOut(world, faults, added.faults);
    const replaced = added.replaced.map((fault) => fault.id).join(' ');
    const event = events.append(null, params.kind, {
      id,
      text,
      ...(nodeOf(params) === null ? { links, connections } : {}),
      ...(replaced === '' ? {} : { replaced }),
    });
    return { changed: true, event, id, text, links, connections, nodes };
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
    const { hits } = await carryOut(world, faults, left);
    const healed = ending.map((fault) => ({
      id: fault.id,
      text: formatFault(fault.params),
      hit: hitOf(fault, hits, world.hits),
    }));
    for (const { id: ended } of ending) world.hits.forget(ended);
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
      record.now.faults.map((fault) =>
        viewOf(fault, since.get(fault.id) ?? 0, hitOf(fault, hits, world.hits)),
      ),
  };
}

const untouched = { links: 0, connections: 0, nodes: [] } as const;
/** How long a node may take to say that it lives under new conditions; one that is stopped takes longer. */
const conditionMs = 1000;

interface CarriedOut {
  readonly links: number;
  readonly connections: number;
  readonly nodes: readonly NodeId[];
  /** By fault: the last word of the links. */
  readonly hits: Readonly<Record<string, HitView>>;
}

/** Tells whoever carries a fault out, each only if something changes for it. */
async function carryOut(
  { proxy, nodes, hits: nodeHits }: FaultWorld,
  before: readonly ActiveFault[],
  after: readonly ActiveFault[],
): Promise<CarriedOut> {
  const onFlows = (faults: readonly ActiveFault[]): readonly ActiveFault[] =>
    faults.filter(({ params }) => nodeOf(params) === null);
  const touched = nodes.filter(
    ({ id }) => !sameConditions(conditionsOf(before, id), conditionsOf(after, id)),
  );
  const told = touched.map(async (node) => {
    const said = await node.condition(conditionsOf(after, node.id), conditionMs);
    if (said !== null) nodeHits.note(said.process, said.hits);
  });
  const flows = onFlows(after);
  const isSame = flows.length === onFlows(before).length && flows.every((fault) => before.includes(fault));
  const { links, connections, hits } = isSame ? { ...untouched, hits: {} } : await proxy.setFaults(flows);
  await Promise.all(told);
  return { links, connections, hits, nodes: touched.map(({ id }) => id) };
}

function hitOf(
  { id, params }: ActiveFault,
  links: Readonly<Record<string, HitView>>,
  nodes: NodeHits,
): HitView {
  return (nodeOf(params) === null ? links[id] : undefined) ?? nodes.of(id);
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
