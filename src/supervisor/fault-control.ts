import type { FaultView, HitView } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { EndedFault, Methods } from '../control/message.ts';
import type { ActiveFault, FaultParams } from '../faults/fault.ts';
import { sameConditions } from '../faults/conditions.ts';
import {
  addFault,
  conditionsOf,
  countsOf,
  faultKinds,
  formatFault,
  nodeOf,
  parseFault,
} from '../faults/faults.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Proxy } from '../proxy/host.ts';
import type { FaultsSet } from '../proxy/message.ts';
import { createEndings, type Endings } from './endings.ts';
import type { EventLog } from './event-log.ts';
import type { ManagedNode } from './node.ts';
import type { NodeHits } from './node-hits.ts';
import type { RecordFile } from './record-file.ts';
import { Turns } from './turns.ts';

export interface FaultControl {
  inject(request: Methods['fault']['params']): Promise<Methods['fault']['result']>;
  /** Null: all of them. */
  heal(ids: readonly string[] | null): Promise<Methods['heal']['result']>;
  /** No fault begins or ends any more: the cluster is going down. Settles when none is about to. */
  stop(): Promise<void>;
  views(hits: Readonly<Record<string, HitView>>): readonly FaultView[];
}

export interface FaultWorld {
  readonly cluster: string;
  readonly regions: readonly string[];
  readonly nodes: readonly Pick<ManagedNode, 'id' | 'condition'>[];
  /** What nodes say that faults on them have hit. */
  readonly hits: NodeHits;
  readonly proxy: Pick<Proxy, 'setFaults'>;
  readonly record: RecordFile;
  readonly events: EventLog;
  /** Since `up`. */
  nowMs(): number;
}

export function createFaultControl(world: FaultWorld): FaultControl {
  return new Control(world);
}

/**
 * What is in force is recorded before proxy or nodes are told: whoever finds the record knows what may be
 * cut, and a node that starts meanwhile starts under it.
 */
class Control implements FaultControl {
  readonly #world: FaultWorld;
  readonly #ids: readonly NodeId[];
  /** Since `up`, by fault. */
  readonly #since = new Map<string, number>();
  readonly #endings: Endings;
  /** What a command sees in force is what it changes. */
  readonly #turns: Turns;

  constructor(world: FaultWorld) {
    this.#world = world;
    this.#ids = world.nodes.map(({ id }) => id);
    this.#turns = new Turns(world.cluster);
    this.#endings = createEndings(world.nowMs, () => {
      // A record that cannot be written leaves the fault in force, as it would for `heal`.
      void this.#turns
        .take(() => this.#end(this.#endings.takeDue(), 'expired'))
        .catch((error: unknown) => console.error(error));
    });
  }

  inject(request: Methods['fault']['params']): Promise<Methods['fault']['result']> {
    return this.#turns.take(() => this.#inject(request));
  }

  heal(ids: readonly string[] | null): Promise<Methods['heal']['result']> {
    return this.#turns.take(() => this.#heal(ids));
  }

  stop(): Promise<void> {
    this.#endings.stop();
    return this.#turns.close();
  }

  views(hits: Readonly<Record<string, HitView>>): readonly FaultView[] {
    return this.#world.record.now.faults.map((fault) => ({
      id: fault.id,
      kind: fault.params.kind,
      text: formatFault(fault.params),
      sinceMs: Math.round(this.#since.get(fault.id) ?? 0),
      untilMs: this.#endings.of(fault.id),
      hit: hitOf(fault, hits, this.#world.hits),
    }));
  }

  async #inject({ fault, add, forMs }: Methods['fault']['params']): Promise<Methods['fault']['result']> {
    const { record, events, nowMs, regions } = this.#world;
    const params = checked(fault, this.#ids, regions);
    const { faults, nextFault } = record.now;
    const since = Date.now();
    const until = forMs === undefined ? {} : { until: since + forMs };
    const added = addFault(faults, { id: `f${nextFault}`, since, ...until, params }, add);
    const { id } = added.fault;
    const text = formatFault(params);
    if (!added.changed) {
      return { changed: false, event: events.last, id, text, ...nowhere, nodes: [], replaced: [] };
    }
    record.change({ faults: added.faults, nextFault: id === `f${nextFault}` ? nextFault + 1 : nextFault });
    if (!this.#since.has(id)) this.#since.set(id, nowMs());
    this.#endings.set(id, forMs === undefined ? null : nowMs() + forMs);
    const { reach, nodes, hits } = await carryOut(this.#world, faults, added.faults);
    const replaced = this.#lastWords(added.replaced, hits);
    const { links, connections } = reach[id] ?? nowhere;
    const event = events.append(null, params.kind, {
      id,
      text,
      ...(nodeOf(params) === null ? { links, connections } : {}),
      ...(forMs === undefined ? {} : { forMs }),
      ...(replaced.length === 0
        ? {}
        : { replaced: replaced.map((one) => one.id).join(' '), ...sum(replaced.map(({ hit }) => hit)) }),
    });
    return { changed: true, event, id, text, links, connections, nodes, replaced };
  }

  async #heal(asked: readonly string[] | null): Promise<Methods['heal']['result']> {
    const { cluster, record } = this.#world;
    const { faults, nextFault } = record.now;
    const ids = faults.map(({ id }) => id);
    const unknown = asked?.find((id) => !wasIssued(id, nextFault));
    if (unknown !== undefined) {
      throw new ReplabError('no-such-fault', { cluster, id: unknown, ids: ids.join(', ') });
    }
    return await this.#end(asked ?? ids, 'healed');
  }

  async #end(ids: readonly string[], name: 'healed' | 'expired'): Promise<Methods['heal']['result']> {
    const { record, events } = this.#world;
    const { faults } = record.now;
    const ending = faults.filter(({ id }) => ids.includes(id));
    if (ending.length === 0) return { changed: false, event: events.last, healed: [] };
    const left = faults.filter((fault) => !ending.includes(fault));
    record.change({ faults: left });
    const { hits } = await carryOut(this.#world, faults, left);
    const healed = this.#lastWords(ending, hits);
    const event = events.append(null, name, {
      ids: ending.map(({ id }) => id).join(' '),
      ...sum(healed.map(({ hit }) => hit)),
      ...unhit(healed),
    });
    return { changed: true, event, healed };
  }

  /** What faults that are over have hit, all in all; `hits`: on links. Nothing of them is kept. */
  #lastWords(over: readonly ActiveFault[], hits: Readonly<Record<string, HitView>>): readonly EndedFault[] {
    const { hits: nodeHits } = this.#world;
    return over.map((fault) => {
      const { id, params } = fault;
      const words = { id, text: formatFault(params), hit: hitOf(fault, hits, nodeHits) };
      nodeHits.forget(id);
      this.#endings.set(id, null);
      this.#since.delete(id);
      return words;
    });
  }
}

const nowhere = { links: 0, connections: 0 } as const;
/** How long a node may take to say that it lives under new conditions; one that is stopped takes longer. */
const conditionMs = 1000;

interface CarriedOut {
  /** By fault, if the links were told anything. */
  readonly reach: FaultsSet['reach'];
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
  const [{ reach, hits }] = await Promise.all([
    isSame ? { reach: {}, hits: {} } : proxy.setFaults(flows),
    ...told,
  ]);
  return { reach, hits, nodes: touched.map(({ id }) => id) };
}

function hitOf(
  { id, params }: ActiveFault,
  links: Readonly<Record<string, HitView>>,
  nodes: NodeHits,
): HitView {
  return (nodeOf(params) === null ? links[id] : undefined) ?? nodes.of(id, countsOf(params));
}

/** Parameters from the socket are what the grammar makes of them as text: nothing else reaches the proxy. */
function checked(given: FaultParams, nodes: readonly NodeId[], regions: readonly string[]): FaultParams {
  const bad = (text: string, detail: string): ReplabError => new ReplabError('bad-fault', { text, detail });
  const kind: string = given.kind;
  if (!Object.hasOwn(faultKinds, kind)) throw bad(kind, 'There is no such kind');
  let text: string;
  try {
    text = formatFault(given);
  } catch {
    throw bad(JSON.stringify(given), 'Its parameters are not those of its kind');
  }
  const parsed = parseFault(given.kind, text.split(' ').slice(1), nodes, regions);
  if (typeof parsed === 'string') throw bad(text, parsed);
  return parsed;
}

function wasIssued(id: string, nextFault: number): boolean {
  const match = /^f([1-9]\d{0,8})$/.exec(id);
  return match !== null && Number(match[1]) < nextFault;
}

/** Those that did nothing to anything with data in it, or to their node. */
function unhit(healed: Methods['heal']['result']['healed']): { readonly unhit?: string } {
  const ids = healed
    .filter(({ hit }) => hit.payload === 0 && Object.values(hit.counts).every((count) => count === 0))
    .map(({ id }) => id);
  return ids.length === 0 ? {} : { unhit: ids.join(' ') };
}

function sum(hits: readonly HitView[]): { readonly heldFrames: number; readonly heldBytes: number } {
  return {
    heldFrames: hits.reduce((all, { payload }) => all + payload, 0),
    heldBytes: hits.reduce((all, { bytes }) => all + bytes, 0),
  };
}
