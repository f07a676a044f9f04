import { maxNodes } from '../../cluster/spec.ts';
import { mostNodes, readLimits, type MachineLimits } from '../../supervisor/machine-limits.ts';
import type { Check, Finding } from './check.ts';

export const limits: Check = { title: 'Limits', look: () => [limitsFinding(readLimits())] };

/** Fewer nodes than this are no lab. */
const fewest = 3;

export function limitsFinding(found: MachineLimits): Finding {
  const nodes = mostNodes(found);
  const say = (limit: number | null): string => (limit === null ? 'unlimited or not known' : String(limit));
  const what = `Open files ${say(found.openFiles)}, processes ${say(found.processes)}: enough for`;
  if (nodes >= maxNodes) return { level: 'ok', what: `${what} ${maxNodes} nodes, the most there can be.` };
  return {
    level: nodes < fewest ? 'trouble' : 'note',
    what: `${what} ${nodes} ${nodes === 1 ? 'node' : 'nodes'}.`,
    fix: 'Raise them for larger clusters: `ulimit -n`, `ulimit -u`.',
  };
}
