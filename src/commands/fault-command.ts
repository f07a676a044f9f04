import { withCluster } from '../client/cluster-connection.ts';
import { expandSelectors } from '../client/selectors.ts';
import { ReplabError } from '../control/errors.ts';
import type { FaultKindName } from '../faults/fault.ts';
import { faultKinds, parseFault } from '../faults/faults.ts';
import { isNodeId } from '../protocol/node-id.ts';
import { count } from './count.ts';
import { defineCommand, type Arg, type Command, type Example } from './command.ts';
import { opening } from './opening.ts';

interface FaultCommand {
  readonly kind: FaultKindName;
  readonly target: Arg<string>;
  readonly notes: readonly string[];
  readonly examples: readonly Example[];
}

/** A command that puts a fault in force. Grammar and meaning are those of the fault's own row. */
export function faultCommand({ kind, target, notes, examples }: FaultCommand): Command {
  return defineCommand({
    name: kind,
    summary: lowerFirst(faultKinds[kind].summary),
    notes,
    args: { target },
    options: {},
    examples,
    run: (context, { args }) =>
      withCluster(opening(context), async (cluster) => {
        const text = args.target.includes('@')
          ? expandSelectors(args.target, await cluster.freshSnapshot(), { chance: context.chance })
          : args.target;
        const stranger = text
          .split(/[,/:]/)
          .find((word) => isNodeId(word) && !cluster.spec.nodes.includes(word));
        if (stranger !== undefined) {
          throw new ReplabError('no-such-node', {
            node: stranger,
            nodes: cluster.spec.nodes.join(', '),
            cluster: cluster.name,
          });
        }
        const fault = parseFault(kind, [text], cluster.spec.nodes);
        if (typeof fault === 'string') {
          throw new ReplabError('bad-fault', {
            text: `${kind} ${args.target}`,
            detail: fault,
            cluster: cluster.name,
          });
        }
        const answer = await cluster.request('fault', { fault });
        const done = answer.changed
          ? `holds ${count(answer.links, 'link')}, ${count(answer.connections, 'connection')}`
          : 'was in force already';
        return {
          kind: 'document',
          json: { schema: `replab.${kind}/1`, cluster: cluster.name, ...answer },
          text: (style) =>
            `${style.bold(answer.id)}  ${answer.text}: ${done}\n${style.dim(`event ${answer.event}`)}`,
          next: [`replab status -c ${cluster.name}`, `replab heal -c ${cluster.name} ${answer.id}`],
        };
      }),
  });
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}
