import { withCluster } from '../client/cluster-connection.ts';
import { selectNodes, selectorForms } from '../client/selectors.ts';
import { shardCount } from '../cluster/shard-view.ts';
import type { NodeState, Snapshot } from '../cluster/snapshot.ts';
import type { Methods, NodeAction } from '../control/message.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { count } from './count.ts';
import { defineCommand, type Command, type Context, type Example, type Option } from './command.ts';
import { formatDuration } from '../lib/duration.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, several } from './params.ts';
import type { Style } from './style.ts';

interface ActionCommand {
  readonly action: NodeAction;
  readonly summary: string;
  readonly notes: readonly string[];
  /** Of its own: how it is done. */
  readonly options?: Readonly<Record<string, Option<unknown>>>;
  /** What those say, for the request. */
  params?(options: Readonly<Record<string, unknown>>): ActionOptions;
  readonly examples: readonly Example[];
  /** `killed`, for what was done; `was down already`, for what did not need doing. */
  readonly done: string;
  /** It is for processes that run: a selector then passes over nodes that are down, a name is refused. */
  readonly ofRunning?: true;
  readonly already: string;
  /** States of the nodes `@random` may fall on; those that run when left out. */
  readonly randomOf?: readonly NodeState[];
  /** `led`: the shards whose leader was among them. */
  next?(cluster: string, nodes: readonly NodeId[], led: readonly Led[]): readonly string[];
}

const selectorsNote = `Nodes are named by:\n${selectorForms.map(([form, means]) => `  ${form.padEnd(18)}${means}`).join('\n')}`;

type ActionOptions = Pick<Methods['node']['params'], 'process' | 'wipe' | 'forMs'>;
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
    options: spec.options ?? {},
    examples: spec.examples,
    run: (context, { args, options }) =>
      withCluster(opening(context), async (cluster) => {
        const snapshot = await cluster.freshSnapshot();
        const nodes = meant(spec, args.nodes, snapshot, context);
        const led = ledBy(nodes, snapshot);
        const params = spec.params?.(options) ?? {};
        const answer = await cluster.request(
          'node',
          { action: spec.action, nodes, ...params },
          { onItem: ({ progress }) => context.progress(progress) },
        );
        return {
          kind: 'document',
          json: { schema: `replab.${spec.action}/1`, cluster: cluster.name, ...answer },
          text: (style) => actionText(spec, answer, params, style),
          ...(answer.changed && spec.next !== undefined ? { next: spec.next(cluster.name, nodes, led) } : {}),
        };
      }),
  });
}

/** A shard without a leader: how to make its first follower lead. */
export interface Led {
  readonly promote: string;
}

function ledBy(nodes: readonly NodeId[], snapshot: Snapshot): readonly Led[] {
  const led = snapshot.leaders.filter(({ id, newest }) => newest && nodes.includes(id));
  if (shardCount(snapshot) === 1) return led.map(() => ({ promote: '@follower.0' }));
  return led.map(({ shard }) => ({ promote: `@follower.0:${shard} --shard ${shard}` }));
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

function actionText(
  spec: ActionCommand,
  { nodes, event }: Answer,
  options: ActionOptions,
  style: Style,
): string {
  const lines = nodes.map(({ id, changed, lostInFlight, lostUnsynced, disk }) => {
    if (!changed) return `${id} ${spec.already}`;
    const lost =
      lostInFlight > 0 ? style.caution(`; ${count(lostInFlight, 'frame')} it had in flight lost`) : '';
    return `${id} ${doneText(spec, disk, options)}${lost}${unsyncedText(lostUnsynced, disk, style)}`;
  });
  return [...(lines.length === 0 ? ['There was nothing to do.'] : lines), style.dim(`event ${event}`)].join(
    '\n',
  );
}

function doneText(spec: ActionCommand, disk: string, { process, wipe, forMs }: ActionOptions): string {
  const how = process === true ? ', its process alone' : '';
  const left = wipe === true ? `, its disk wiped: it is ${disk} now, and empty` : '';
  const until = forMs === undefined ? '' : `, for ${formatDuration(forMs)}`;
  return `${spec.done}${how}${left}${until}`;
}

/** Of a machine whose disk forgets what was not fsynced. */
function unsyncedText(lost: Answer['nodes'][number]['lostUnsynced'], disk: string, style: Style): string {
  if (lost === null) return '';
  if (lost.commits === 0) return '; all it had written was fsynced, nothing is lost';
  return style.caution(
    `; ${count(lost.commits, 'commit')} not fsynced lost (${lost.bytes} bytes), its disk is ${disk} now`,
  );
}
