import { unreachable } from '../lib/assert.ts';
import { exactDuration, parseDuration } from '../lib/duration.ts';
import type { NodeFaultKind, ParamsOf } from './fault.ts';
import { nodeFault } from './places.ts';

/** A process that sleeps longer in one commit than this is as good as paused, which is another fault. */
const mostSlowMs = 10_000;

/** A node's disk is slow, is full, or forgets at a kill what was not fsynced. Different troubles stack. */
export const disk: NodeFaultKind<'disk'> = {
  kind: 'disk',
  on: 'node',
  summary: "Make a node's disk slow, full, or forgetful of what was not fsynced.",
  usage: 'disk n1 slow 20ms',
  counts: ({ trouble }) => counted[trouble],
  replaces: (added, other) => added.node === other.node && added.trouble === other.trouble,

  parse([node, trouble, ...rest], nodes) {
    if (node === undefined || trouble === undefined) return 'say a node and its trouble, like n1 slow 20ms';
    const fault = nodeFault(node, nodes);
    if (fault !== null) return fault;
    switch (trouble) {
      case 'slow': {
        const slowMs = rest.length === 1 ? parseDuration(rest[0]!) : null;
        if (slowMs === null || slowMs === 0 || slowMs > mostSlowMs) {
          return `say how much longer a commit takes, at most ${exactDuration(mostSlowMs)}, like slow 20ms`;
        }
        return { kind: 'disk', node, trouble, slowMs };
      }
      case 'full':
      case 'lose-unsynced':
        return rest.length === 0 ? { kind: 'disk', node, trouble } : `${trouble} takes nothing more`;
      default:
        return `a disk is slow, full or lose-unsynced, not "${trouble}"`;
    }
  },

  format: (params) =>
    `disk ${params.node} ${params.trouble}${params.trouble === 'slow' ? ` ${exactDuration(params.slowMs)}` : ''}`,

  conditions(params) {
    switch (params.trouble) {
      case 'slow':
        return { diskSlowMs: params.slowMs };
      case 'full':
        return { diskFull: true };
      case 'lose-unsynced':
        return { diskForgets: true };
      default:
        return unreachable(params);
    }
  },
};

const counted: { readonly [T in ParamsOf<'disk'>['trouble']]: readonly string[] } = {
  slow: ['commits', 'waitMs'],
  full: ['refused'],
  'lose-unsynced': ['kills', 'lostCommits', 'lostBytes'],
};
