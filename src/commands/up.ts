import { readRecord, type ClusterRecord } from '../control/cluster-record.ts';
import { ReplabError } from '../control/errors.ts';
import { clusterDir } from '../control/state-dir.ts';
import { maxNodes, type ClusterSpec, type Durability } from '../cluster/spec.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { findMode, modes } from '../protocol/modes.ts';
import { maxShards } from '../protocol/shard.ts';
import { launchCluster, type Launched } from '../supervisor/launch.ts';
import { defineCommand, type Context, type Option, type Result, type StreamItem } from './command.ts';
import { count } from './count.ts';
import { eventLine } from './event-text.ts';
import { modeFlags, modeOptions } from './mode-options.ts';
import { fixed } from './completes.ts';
import { completing, flag, notOneOf, parseInteger, text } from './params.ts';
import { dealtBy, presetNames, presetsNote, regionsFor } from './regions.ts';
import { statusText } from './status-text.ts';
import { pushed } from './streams.ts';
import type { Style } from './style.ts';

/** The name of a cluster that nobody named. */
const defaultName = 'c1';
const defaultNodes = 3;
const defaultShards = 1;
const defaultDurability: Durability = 'normal';

/** Null when left out: kept data then say what it is. */
function orAsKept<T>(
  placeholder: string,
  summary: string,
  fallback: T,
  parse: (text: string) => T,
): Option<T | null> {
  return {
    placeholder,
    summary,
    fallback: String(fallback),
    parse: (given) => (given === undefined ? null : parse(given)),
  };
}

function word<T extends string>(...words: readonly T[]): (text: string) => T {
  return (given) => {
    const found = words.find((one) => one === given);
    if (found === undefined) throw notOneOf(words);
    return found;
  };
}

const modeNames = modes.map(({ name }) => name);

export const up = defineCommand({
  name: 'up',
  summary: 'start a cluster in the background; returns when every follower has caught up',
  notes: [
    `Without -c NAME it is called ${defaultName}. n1 leads first. Interrupted, it takes the half-started cluster down again.`,
    'With --shards 2, n1 leads one half of the keys and n2 the other, each with a log of its own; every node has a replica of both. Which shard a key is in says `put`; keys with the same tag in braces, as `cart:{alice}`, are together.',
    'Between nodes and clients of different regions everything takes half a round trip each way. Without --latency regions named us, eu, ap, au or sa are as far apart as those continents, others 100 ms; within a region there is no distance. A file has a round trip a line, as `eu:us=80ms` (`eu:eu=1ms` is within one), or JSON, `{"eu:us": "80ms"}`.',
    presetsNote,
    'A name whose data were kept (`replab down --keep`) brings them back, as they were; settings that are given are then changed.',
  ],
  args: {},
  options: {
    nodes: orAsKept('N', 'how many nodes', defaultNodes, (given) => parseInteger(given, 1, maxNodes)),
    mode: completing(
      fixed(...modeNames),
      orAsKept('MODE', 'the replication protocol', modeNames[0]!, word(...modeNames)),
    ),
    durability: completing(
      fixed('normal', 'full'),
      orAsKept<Durability>(
        'normal|full',
        'normal survives a kill; full also power loss: an fsync for every turn',
        defaultDurability,
        word('normal', 'full'),
      ),
    ),
    shards: orAsKept(
      'N',
      `parts of the keys, each with a leader of its own; at most ${maxShards}`,
      defaultShards,
      (given) => parseInteger(given, 1, maxShards),
    ),
    regions: text('WORDS', 'regions to deal the nodes to in turn, like eu,us,ap; or eu:n1,n2/us:n3'),
    latency: completing(
      fixed(...presetNames),
      text(
        'WORDS|FILE',
        'round trips between regions: a preset, 150ms for all, eu:us=80ms,..., or a file of these',
      ),
    ),
    foreground: flag(
      'stay, print events as they happen; the cluster ends with this process, however that ends (for CI). Data that were kept before stay kept',
    ),
    ...modeFlags(),
  },
  examples: [
    { run: 'replab up', does: 'three nodes, asynchronous replication' },
    { run: 'replab up -c t1 --nodes 5 --sync 1', does: 'a write waits for one follower' },
    { run: 'replab up -c t3 --regions eu,us,ap', does: 'a node on each continent, as far apart as in life' },
    { run: 'replab up -c t4 --shards 2', does: 'two logs, led by n1 and n2' },
    { run: 'replab up -c t2 --sync majority --write-timeout 2s --json', does: 'for a script' },
  ],
  endless: ({ options }) => options.foreground,
  // Twice the default: fifty nodes on a busy machine take their time.
  waitMs: () => 30_000,
  unwindMs: 16_000,
  async run(context, { options }): Promise<Result> {
    const name = context.cluster ?? defaultName;
    const read = readRecord(clusterDir(context.root, name));
    const kept = read.type === 'record' ? read.record : null;
    const given = givenOptions(options as Readonly<Record<string, unknown>>);
    const { nodes, mode, durability, shards, regions, latency } = options;
    const asked = { nodes, mode, durability, shards, regions, latency };
    const spec = specOf(name, kept, asked, given);
    const launched = await launchCluster({
      root: context.root,
      name,
      spec,
      bound: options.foreground || context.bound,
      signal: context.signal,
      onProgress: context.progress,
    });
    const snapshot = await withSettings(launched, given);
    if (options.foreground) return { kind: 'stream', items: foreground(context, launched, snapshot) };
    launched.client.close();
    return {
      kind: 'document',
      json: jsonOf(launched, snapshot),
      text: (style) => upText(launched, snapshot, style),
      next: [
        `replab put -c ${name} x 1`,
        `replab get -c ${name} x --read ${spec?.nodes.at(-1) ?? 'follower'}`,
        `replab isolate -c ${name} @follower.0`,
      ],
    };
  },
});

interface Asked {
  readonly nodes: number | null;
  readonly mode: string | null;
  readonly durability: Durability | null;
  readonly shards: number | null;
  readonly regions: string | null;
  readonly latency: string | null;
}

type Texts = Readonly<Record<string, string>>;

/** The mode's options among those of the command line. */
function givenOptions(options: Readonly<Record<string, unknown>>): Texts {
  const given = modeOptions.flatMap(({ name }) =>
    typeof options[name] === 'string' ? [[name, options[name]] as const] : [],
  );
  return Object.fromEntries(given);
}

/** What to start; null for "as it was kept". Options are checked here, where the flag can be named. */
function specOf(name: string, kept: ClusterRecord | null, asked: Asked, given: Texts): ClusterSpec | null {
  const mode = findMode(asked.mode ?? kept?.spec.mode ?? modeNames[0]!)!;
  const size = asked.nodes ?? kept?.spec.nodes.length ?? null;
  const counted = size === null ? null : nodesUpTo(size);
  const dealt = asked.regions === null ? null : dealtBy(asked.regions, counted, defaultNodes);
  const nodes = counted ?? dealt?.nodes ?? nodesUpTo(defaultNodes);
  for (const [option, value] of Object.entries(given)) {
    const row = mode.options.find((one) => one.name === option);
    if (row === undefined) throw usage(`--${option} is no option of the mode ${mode.name}.`);
    const expected = row.check(value, nodes);
    if (expected !== null) throw usage(`--${option} is ${JSON.stringify(value)}; expected ${expected}.`);
    const before = kept?.spec.options[option];
    if (kept !== null && !row.live && before !== value) {
      throw new ReplabError('kept-differs', {
        cluster: name,
        field: option,
        kept: before ?? null,
        asked: value,
      });
    }
  }
  if (kept !== null && Object.values(asked).every((one) => one === null)) return null;
  const regions = regionsFor(dealt, asked.latency, kept?.spec.regions);
  const durability = asked.durability ?? kept?.spec.durability ?? defaultDurability;
  return {
    name,
    mode: mode.name,
    engine: 'replab',
    nodes,
    shards: asked.shards ?? kept?.spec.shards ?? defaultShards,
    options: kept === null ? given : kept.spec.options,
    durability,
    ...(regions === undefined ? {} : { regions }),
  };
}

function nodesUpTo(size: number): readonly string[] {
  return Array.from({ length: size }, (_, i) => `n${i + 1}`);
}

/** Kept data keep their settings, which are in their log; those that were asked for now are changed there. */
async function withSettings({ client, kept, snapshot }: Launched, given: Texts): Promise<Snapshot> {
  const differing = Object.entries(given).filter(([name, value]) => snapshot.options[name] !== value);
  if (!kept || differing.length === 0) return snapshot;
  await client.request('set', { settings: Object.fromEntries(differing) });
  return client.request('snapshot', { fresh: true });
}

function jsonOf({ dir, kept, reaped, spec, event }: Launched, snapshot: Snapshot) {
  return {
    schema: 'replab.up/1',
    cluster: spec.name,
    event,
    kept,
    reaped,
    dir,
    snapshot,
  };
}

function upText({ kept, reaped }: Launched, snapshot: Snapshot, style: Style): string {
  const notes = [
    ...(kept ? [style.caution('its data were kept and are back')] : []),
    ...(reaped > 0
      ? [style.caution(`${count(reaped, 'process')} left by a dead supervisor ended first`)]
      : []),
  ];
  return [...notes, statusText(snapshot, style)].join('\n');
}

/** The status, then events until the cluster is taken down: by another command, or by the end of this one. */
async function* foreground(
  context: Context,
  launched: Launched,
  snapshot: Snapshot,
): AsyncGenerator<StreamItem> {
  const { client } = launched;
  try {
    yield { json: jsonOf(launched, snapshot), text: (style) => upText(launched, snapshot, style) };
    const events = pushed((push: (item: StreamItem) => void) =>
      client.request(
        'events',
        { after: snapshot.events, follow: true },
        {
          signal: context.signal,
          onItem: (event) =>
            push({ json: { schema: 'replab.event/1', ...event }, text: (style) => eventLine(event, style) }),
        },
      ),
    );
    yield* events;
  } catch (error) {
    if (context.signal.aborted) await client.request('down', { keep: launched.kept });
    // `down` by another command closes the connection: that is how this ends in good order.
    else if (!(error instanceof ReplabError) || error.code !== 'supervisor-gone') throw error;
    context.signal.throwIfAborted();
  } finally {
    client.close();
  }
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'up', message });
}
