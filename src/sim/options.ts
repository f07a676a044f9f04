import { formatLatency, parseLatency } from '../cluster/latency.ts';
import { formatRegions, parseRegions, type Regions } from '../cluster/regions.ts';
import { assert } from '../lib/assert.ts';
import { createRng, type Rng } from '../lib/rng.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { ModeOptions } from '../protocol/protocol.ts';
import type { ChaosOptions } from './chaos.ts';
import { chaosKinds, rareKinds, type ChaosKind } from './chaos-kinds.ts';
import type { WorkloadOptions } from './clients.ts';
import type { NetworkOptions } from './network.ts';
import type { NodeOptions } from './turn.ts';
import { drawSettings } from './settings.ts';

/** Every choice of a run that is made before its first step, drawn from the seed and printed first. */
export interface SimOptions {
  readonly nodes: readonly NodeId[];
  readonly modeOptions: ModeOptions;
  /** Virtual ms with faults, before everything is healed. */
  readonly faultsMs: number;
  readonly network: NetworkOptions;
  /** Where nodes and clients stand; null: all in one place. */
  readonly regions: Regions | null;
  readonly node: NodeOptions;
  readonly workload: WorkloadOptions;
  readonly chaos: ChaosOptions;
  /** Whether the supervisor knows the highest ballot it ever gave, or only what answering nodes tell. */
  readonly operatorRemembers: boolean;
}

/**
 * A swarm (Groce et al., 2012): each seed draws which faults there are at all, since faults hide each
 * other. `nodes` overrules the drawn number, without shifting any other draw.
 */
export function drawOptions(seed: number | string, nodes: number | null = null): SimOptions {
  const rng = createRng(seed).fork('options');
  const drawn = rng.pick([2, 3, 3, 3, 3, 4, 5, 5]);
  const ids = Array.from({ length: nodes ?? drawn }, (_, i) => `n${i + 1}`);
  return {
    nodes: ids,
    modeOptions: {
      ...drawSettings(rng.fork('settings'), ids),
      'election-timeout': rng.pick(['600ms', '1500ms']),
    },
    faultsMs: rng.between(6, 16) * 1000,
    network: drawNetwork(rng.fork('network')),
    regions: drawRegions(rng.fork('regions'), ids),
    node: drawNode(rng.fork('node')),
    workload: drawWorkload(rng.fork('workload')),
    chaos: drawChaos(rng.fork('chaos')),
    operatorRemembers: rng.chance(0.7),
  };
}

/** One line each, for people: what a seed means. */
export function describeOptions(options: SimOptions): readonly string[] {
  const { nodes, modeOptions, faultsMs, network, regions, node, workload, chaos } = options;
  const settings = Object.entries(modeOptions)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  const range = ([low, high]: readonly [number, number]): string => `${low}..${high}`;
  return [
    `nodes     ${nodes.length}, ${settings}`,
    `faults    for ${faultsMs / 1000} s, one in ${range(chaos.gapMs)} ms, lasting ${range(chaos.lastsMs)} ms: ${chaos.kinds.join(' ')}`,
    `network   ${range(network.latencyMs)} ms, loss ${network.loss}, duplicates ${network.duplicate}, reordered ${network.reorder}`,
    regions === null
      ? 'regions   none'
      : `regions   ${formatRegions(regions)}, there and back ${formatLatency(regions.latencyMs).join(' ')}`,
    `turns     of ${range(node.batch)} inputs, commit ${range(node.commitMs)} ms`,
    `clients   ${workload.clients}, ${workload.keys} keys, every ${range(workload.thinkMs)} ms, values ${range(workload.valueChars)}, ` +
      `timeout ${workload.timeoutMs} ms, identified ${workload.identified}, fenced ${workload.fenced}, pinned ${workload.pinned}, sessions ${workload.sessions}`,
    `operator  ${options.operatorRemembers ? 'remembers the highest ballot' : 'knows the ballots of answering nodes only'}`,
  ];
}

function drawNetwork(rng: Rng): NetworkOptions {
  const high = rng.pick([1, 3, 10, 40]);
  const clean = rng.chance(0.5);
  return {
    latencyMs: [rng.pick([0.1, high / 2]), high],
    loss: clean ? 0 : rng.pick([0, 0.005, 0.05]),
    duplicate: clean ? 0 : rng.pick([0, 0.01, 0.1]),
    reorder: clean ? 0 : rng.pick([0, 0.01, 0.1]),
    backoffMs: [50, 500],
  };
}

/** Nodes in turn, all regions as far from each other. */
function drawRegions(rng: Rng, nodes: readonly NodeId[]): Regions | null {
  if (rng.chance(0.75)) return null;
  const dealt = parseRegions(rng.pick(['east,west', 'east,west,south']), nodes, 0);
  const latency =
    typeof dealt === 'string' ? dealt : parseLatency(rng.pick(['2ms', '20ms', '100ms']), dealt.names);
  assert(typeof dealt !== 'string' && typeof latency !== 'string', 'drawn regions parse', { latency });
  return { of: dealt.of, latencyMs: latency };
}

function drawNode(rng: Rng): NodeOptions {
  return {
    dispatchMs: [0, rng.pick([0.1, 1, 5])],
    commitMs: [0, rng.pick([0.5, 3, 15])],
    batch: [1, rng.pick([1, 4, 16, 256])],
  };
}

function drawWorkload(rng: Rng): WorkloadOptions {
  const bulky = rng.chance(0.05);
  return {
    clients: rng.pick([1, 3, 6]),
    thinkMs: [0, rng.pick([50, 200, 600])],
    keys: rng.pick([2, 8, 40]),
    identified: rng.pick([0, 0.5, 1]),
    fenced: rng.pick([0, 0.5, 1]),
    pinned: rng.pick([0, 0, 0.3]),
    sessions: rng.fork('sessions').pick([0, 0.5, 1]),
    timeoutMs: rng.pick([200, 1000, 4000]),
    valueChars: bulky ? [10_000, 150_000] : [1, 40],
  };
}

function drawChaos(rng: Rng): ChaosOptions {
  const share = rng.pick([0.15, 0.4, 1]);
  const kinds = chaosKinds.filter((kind) => rng.chance(rareKinds.includes(kind) ? share / 4 : share));
  const atLeast: readonly ChaosKind[] = ['kill', 'isolate'];
  return {
    kinds: kinds.length > 0 ? kinds : atLeast,
    gapMs: rng.pick([
      [50, 800],
      [300, 2000],
      [1000, 4000],
    ] as const),
    lastsMs: rng.pick([
      [10, 400],
      [200, 3000],
      [1500, 6000],
    ] as const),
  };
}
