import { readFileSync } from 'node:fs';
import { defaultLatency, isLatency, latencyPresets, parseLatency } from '../cluster/latency.ts';
import {
  parseRegions,
  regionNames,
  type Dealt,
  type LatencyMatrix,
  type Regions,
} from '../cluster/regions.ts';
import { ReplabError } from '../control/errors.ts';
import type { NodeId } from '../protocol/node-id.ts';

export const presetNames = Object.keys(latencyPresets);

/** A preset a line, for help. */
export const presetsNote = `Presets of --latency, in round trips:\n${Object.entries(latencyPresets)
  .map(([name, { summary }]) => `  ${name}\n      ${summary}`)
  .join('\n')}`;

/** `--regions`; `nodes` null: as many as it takes, and at least `fewest`. */
export function dealtBy(text: string, nodes: readonly NodeId[] | null, fewest: number): Dealt {
  const dealt = parseRegions(text, nodes, fewest);
  if (typeof dealt === 'string') throw misread('regions', text, dealt);
  return dealt;
}

/** Regions as `up` was asked for them: what is not asked for is as `kept`. Undefined: none. */
export function regionsFor(
  dealt: Dealt | null,
  latency: string | null,
  kept: Regions | undefined,
): Regions | undefined {
  const of = dealt?.of ?? kept?.of;
  if (of === undefined) {
    if (latency === null) return undefined;
    const message = '--latency says how far regions are apart; --regions says which there are.';
    throw new ReplabError('usage', { command: 'up', message });
  }
  const names = dealt?.names ?? regionNames(kept);
  if (latency !== null) return { of, latencyMs: readLatency(latency, names) };
  const before = kept !== undefined && String(regionNames(kept)) === String(names) ? kept.latencyMs : null;
  return { of, latencyMs: before ?? defaultLatency(names) };
}

/** What it says itself, or the file of that name. */
function readLatency(text: string, names: readonly string[]): LatencyMatrix {
  const said = isLatency(text) ? text : fileAt(text);
  const matrix = parseLatency(said, names);
  if (typeof matrix === 'string') throw misread('latency', text, matrix);
  return matrix;
}

function fileAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw misread(
      'latency',
      path,
      `it is no preset (${presetNames.join(', ')}), no round trip like 80ms or eu:us=80ms, and no file that can be read (${code})`,
    );
  }
}

function misread(option: 'regions' | 'latency', text: string, detail: string): ReplabError {
  return new ReplabError('bad-regions', { option, text, detail });
}
