import { withCluster } from '../client/cluster-connection.ts';
import { selectNodes, selectorForms } from '../client/selectors.ts';
import type { NodeState, Snapshot } from '../cluster/snapshot.ts';
import type { Methods, NodeAction } from '../control/message.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { count } from './count.ts';
import { defineCommand, type Command, type Context, type Example } from './command.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, several } from './params.ts';
import type { Style } from './style.ts';

interface ActionCommand {
  readonly action: NodeAction;
  readonly summary: string;
  readonly notes: readonly string[];
  readonly examples: readonly Example[];
  /** `killed`, for what was done; `was down already`, for what did not need doing. */
  readonly done: string;
  /** It is for processes that run: a selector then passes over nodes that are down, a name is refused. */
  readonly ofRunning?: true;
  readonly already: string;
  /** States of the nodes `@random` may fall on; those that run when left out. */
  readonly randomOf?: readonly NodeState[];
  /** `led`: the leader was among them. */
  next?(cluster: string, nodes: readonly NodeId[], led: boolean): readonly string[];
}

const selectorsNote = `Nodes are named by:\n${selectorForms.map(([form, means]) => `  ${form.padEnd(18)}${means}`).join('\n')}`;

type Answer = Methods['node']['result'];

/** The commands that act on node processes differ in what they ask for and in how they say it. */
export function nodeActionCommand(spec: ActionCommand): Command {
  return defineCommand({
    name: spec.action,
    summary: spec.summary,
    notes: [...spec.notes, selectorsNote],
    args: {
      nodes: completing(
        nodeWords,
        several('NODE', 'nodes or selectors, such as n1, n1,n2, @leader, @followers, all', true),
      ),
    },
    options: {},
    examples: spec.examples,
    run: (context, { args }) =>
      withCluster(opening(context), async (cluster) => {
        const snapshot = await cluster.freshSnapshot();
        const nodes = meant(spec, args.nodes, snapshot, context);
        const led = snapshot.leaders.some(({ id, newest }) => newest && nodes.includes(id));
        const answer = await cluster.request(
          'node',
          { action: spec.action, nodes },
          { onItem: ({ progress }) => context.progress(progress) },
        );
        return {
          kind: 'document',
          json: { schema: `replab.${spec.action}/1`, cluster: cluster.name, ...answer },
          text: (style) => actionText(spec, answer, style),
          ...(answer.changed && spec.next !== undefined ? { next: spec.next(cluster.name, nodes, led) } : {}),
        };
      }),
  });
}

/** Whom the words stand for. One that is down and was not named itself may be passed over. */
function meant(
  spec: ActionCommand,
  words: readonly string[],
  snapshot: Snapshot,
  { chance }: Context,
): readonly NodeId[] {
  const { randomOf = ['running'] } = spec;
  const chosen = selectNodes(words, snapshot, { chance, among: ({ state }) => randomOf.includes(state) });
  if (spec.ofRunning !== true) return chosen;
  const named = words.flatMap((word) => word.split(','));
  const down = (id: NodeId): boolean =>
    snapshot.nodes.some(({ id: one, state }) => one === id && (state === 'killed' || state === 'stopped'));
  return chosen.filter((id) => named.includes(id) || !down(id));
}

function actionText(spec: ActionCommand, { nodes, event }: Answer, style: Style): string {
  const lines = nodes.map(({ id, changed, lostInFlight }) => {
    if (!changed) return `${id} ${spec.already}`;
    const lost =
      lostInFlight > 0 ? style.caution(`; ${count(lostInFlight, 'frame')} it had in flight lost`) : '';
    return `${id} ${spec.done}${lost}`;
  });
  return [...(lines.length === 0 ? ['There was nothing to do.'] : lines), style.dim(`event ${event}`)].join(
    '\n',
  );
}
