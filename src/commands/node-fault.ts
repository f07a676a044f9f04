import { withCluster } from '../client/cluster-connection.ts';
import { selectNode } from '../client/selectors.ts';
import { ReplabError } from '../control/errors.ts';
import type { FaultParams, NodeFaultName } from '../faults/fault.ts';
import { parseFault } from '../faults/faults.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Context, DocumentResult } from './command.ts';
import { replacedText } from './fault-text.ts';
import { opening } from './opening.ts';
import { lasting } from './params.ts';

interface NodeFault {
  readonly kind: NodeFaultName;
  /** As typed: a node, or a selector that stands for one. */
  readonly node: string;
  /** The rest of the fault, in the words of its own grammar. */
  readonly words: readonly string[];
  /** What it does from now on, for people. */
  readonly does: (fault: FaultParams) => string;
  /** Null: until it is healed. */
  readonly forMs: number | null;
}

/** Of every fault on a node. */
export const forOption = { for: lasting('heal it by itself after so long') };

/** Puts a fault on a node in force. Grammar and meaning are those of the fault's own row. */
export function injectOnNode(
  context: Context,
  { kind, node, words, does, forMs }: NodeFault,
): Promise<DocumentResult> {
  const { chance } = context;
  return withCluster(opening(context), async (cluster) => {
    const id = selectNode(node, await cluster.freshSnapshot(), { chance });
    const fault = parseFault(kind, [id, ...words], cluster.spec.nodes);
    if (typeof fault === 'string') {
      const text = [kind, node, ...words].join(' ');
      throw new ReplabError('bad-fault', { text, detail: fault, cluster: cluster.name });
    }
    const answer = await cluster.request('fault', { fault, ...(forMs === null ? {} : { forMs }) });
    const ends = forMs === null ? '' : `, for ${formatDuration(forMs)}`;
    const done = answer.changed ? does(fault) : 'was in force already';
    return {
      kind: 'document',
      json: { schema: `replab.${kind}/1`, cluster: cluster.name, ...answer },
      text: (style) =>
        `${style.bold(answer.id)}  ${answer.text}: ${done}${ends}${replacedText(answer.replaced)}\n${style.dim(`event ${answer.event}`)}`,
      next: [`replab status -c ${cluster.name}`, `replab heal -c ${cluster.name} ${answer.id}`],
    };
  });
}
