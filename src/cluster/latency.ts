import { exactDuration, parseDuration } from '../lib/duration.ts';
import type { LatencyMatrix } from './regions.ts';

/** What is between two regions, there and back. Null: it says nothing of these two. */
type RoundTrip = (a: string, b: string) => number | null;

interface Preset {
  readonly summary: string;
  /** The regions it knows; null: any. */
  readonly names: readonly string[] | null;
  readonly roundTripMs: RoundTrip;
}

/**
 * Mean round trips between regions of a public cloud, in ms, to the nearest even one: AWS, measured from
 * instance to instance in 2016 and published as "Latency Between AWS Global Regions"; the table is kept at
 * https://acomputerscientistlearnsaws.blogspot.com/2017/04/aws-regions.html. us is N. Virginia, eu Ireland,
 * ap Singapore, au Sydney, sa São Paulo. Distance changes slowly: such tables of other years and clouds
 * (https://www.cloudping.co, Azure's "network round-trip latency statistics") differ by a tenth or so.
 */
const continents = {
  'us eu': 80,
  'us ap': 216,
  'us au': 230,
  'us sa': 120,
  'eu ap': 238,
  'eu au': 310,
  'eu sa': 192,
  'ap au': 176,
  'ap sa': 328,
  'au sa': 322,
} as const satisfies Readonly<Record<`${string} ${string}`, number>>;

const anywhereMs = 100;

export const latencyPresets = {
  continents: {
    summary: 'us, eu, ap, au, sa: 80 ms (us-eu) to 328 ms (ap-sa), as between regions of AWS',
    names: ['us', 'eu', 'ap', 'au', 'sa'],
    roundTripMs: between(continents),
  },
  // Ireland and Frankfurt in the same table: 19.6 ms.
  near: { summary: 'any regions: 20 ms, as within a continent', names: null, roundTripMs: () => 20 },
  // Between zones 0.25 to 3.4 ms: https://www.xkyle.com/Measuring-AWS-Region-and-AZ-Latency/.
  zones: { summary: 'any regions: 2 ms, as between zones of one region', names: null, roundTripMs: () => 2 },
} as const satisfies Readonly<Record<string, Preset>>;

const presets: Readonly<Record<string, Preset>> = latencyPresets;
const longestMs = 10_000;

/** The matrix when nobody said one: `continents` where it knows all regions, else 100 ms there and back. */
export function defaultLatency(regions: readonly string[]): LatencyMatrix {
  const { names, roundTripMs } = latencyPresets.continents;
  const known: readonly string[] = names;
  const one: RoundTrip = regions.every((region) => known.includes(region)) ? roundTripMs : () => anywhereMs;
  return matrixOf(regions, (a, b) => one(a, b)!);
}

/**
 * A preset's name; `150ms` for all; `eu:us=80ms,eu:ap=238ms`, a pair each, also `eu:eu=1ms` for within one;
 * JSON, `{"eu:us": "80ms"}`. All are round trips, half each way. A text is the reason why not.
 */
export function parseLatency(text: string, regions: readonly string[]): LatencyMatrix | string {
  const preset = Object.hasOwn(presets, text) ? presets[text] : undefined;
  if (preset !== undefined) {
    const stranger = regions.find((region) => preset.names !== null && !preset.names.includes(region));
    if (stranger !== undefined)
      return `${text} does not know ${stranger}; it knows ${preset.names!.join(', ')}`;
    return matrixOf(regions, (a, b) => preset.roundTripMs(a, b)!);
  }
  const words = wordsOf(text);
  if (typeof words === 'string') return words;
  const all = words.length === 1 ? parseDuration(words[0]!) : null;
  if (all !== null) return all > longestMs ? tooLong(words[0]!) : matrixOf(regions, () => all);
  const pairs = pairsOf(words);
  return typeof pairs === 'string' ? pairs : fromPairs(pairs, regions);
}

/** The round trips of a matrix, a word each: `eu:us=80ms`; within a region only where there is one. */
export function formatLatency(matrix: LatencyMatrix): readonly string[] {
  const names = Object.keys(matrix);
  return names.flatMap((a, i) =>
    names.slice(i).flatMap((b) => {
      const ms = matrix[a]![b]! + matrix[b]![a]!;
      return a === b && ms === 0 ? [] : [`${a}:${b}=${exactDuration(ms)}`];
    }),
  );
}

/** Whether `text` says it all, or else is the path of a file that does. */
export function isLatency(text: string): boolean {
  return Object.hasOwn(presets, text) || text.includes('=') || parseDuration(text) !== null;
}

function wordsOf(text: string): readonly string[] | string {
  if (!text.trimStart().startsWith('{')) {
    return text
      .split('\n')
      .flatMap((line) => line.replace(/#.*/, '').split(/[\s,]+/))
      .filter((word) => word !== '');
  }
  try {
    const object = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return Object.entries(object).map(([pair, value]) => `${pair}=${String(value)}`);
  } catch {
    return 'it begins like JSON and is none';
  }
}

type Pairs = ReadonlyMap<string, number>;

function pairsOf(words: readonly string[]): Pairs | string {
  const pairs = new Map<string, number>();
  for (const word of words) {
    const [, a, b, duration] = /^([^:=]+):([^:=]+)=(.+)$/.exec(word) ?? [];
    const ms = duration === undefined ? null : parseDuration(duration);
    if (a === undefined || b === undefined || ms === null)
      return `${JSON.stringify(word)} is no round trip between two regions, like eu:us=80ms`;
    if (ms > longestMs) return tooLong(word);
    if (pairs.has(`${a} ${b}`)) return `the round trip of ${a} and ${b} is given twice; it is one both ways`;
    pairs.set(`${a} ${b}`, ms).set(`${b} ${a}`, ms);
  }
  return pairs;
}

function fromPairs(pairs: Pairs, regions: readonly string[]): LatencyMatrix | string {
  for (const a of regions) {
    for (const b of regions) {
      if (a !== b && !pairs.has(`${a} ${b}`))
        return `it does not say the round trip of ${a} and ${b}, like ${a}:${b}=80ms`;
    }
  }
  return matrixOf(
    regions,
    (a, b) => pairs.get(`${a} ${b}`)!,
    (a) => pairs.get(`${a} ${a}`) ?? 0,
  );
}

function tooLong(word: string): string {
  return `${word} is longer than ten seconds`;
}

function between(table: Readonly<Record<string, number>>): RoundTrip {
  return (a, b) => table[`${a} ${b}`] ?? table[`${b} ${a}`] ?? null;
}

/** Half a round trip each way. */
function matrixOf(
  regions: readonly string[],
  apart: (a: string, b: string) => number,
  within: (a: string) => number = () => 0,
): LatencyMatrix {
  const row = (a: string): Readonly<Record<string, number>> =>
    Object.fromEntries(regions.map((b) => [b, (a === b ? within(a) : apart(a, b)) / 2]));
  return Object.fromEntries(regions.map((a) => [a, row(a)]));
}
