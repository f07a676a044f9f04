import { withCluster } from '../client/cluster-connection.ts';
import { expandSelectors } from '../client/selectors.ts';
import { ReplabError } from '../control/errors.ts';
import type { Methods } from '../control/message.ts';
import type { FaultKindName, FaultParams, ParamsOf } from '../faults/fault.ts';
import { regionNames } from '../cluster/regions.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { faultKinds, parseFault } from '../faults/faults.ts';
import { formatDuration } from '../lib/duration.ts';
import { isNodeId } from '../protocol/node-id.ts';
import { count } from './count.ts';
import { defineCommand, type Arg, type Command, type Example, type Option } from './command.ts';
import { placeWords } from './completes.ts';
import { replacedText } from './fault-text.ts';
import { opening } from './opening.ts';
import { flag, lasting } from './params.ts';

interface FaultCommand {
  readonly kind: FaultKindName;
  readonly target: Arg<string>;
  /** What the fault's own grammar takes beside its target, by name: flags, and texts that may be left out. */
  readonly words?: Readonly<Record<string, Option<boolean | string | null>>>;
  /** Another of its kind takes its place: `--add` lets both stand. */
  readonly replaces?: boolean;
  readonly notes: readonly string[];
  readonly examples: readonly Example[];
}

/** Of the faults that cut: they can refuse instead of holding. */
export const resetOption = {
  reset: flag('reset connections and refuse new ones, instead of holding what is sent'),
};

/** A command that puts a fault in force. Grammar and meaning are those of the fault's own row. */
export function faultCommand(spec: FaultCommand): Command {
  const { kind, words = {} } = spec;
  const add = spec.replaces === true ? { add: flag('beside earlier ones, not in their place') } : {};
  return defineCommand({
    name: kind,
    summary: lowerFirst(faultKinds[kind].summary),
    notes: spec.notes,
    args: { target: { completes: placeWords, ...spec.target } },
    options: { ...words, ...add, for: lasting('heal it by itself after so long') },
    examples: spec.examples,
    run: (context, { args, options }) =>
      withCluster(opening(context), async (cluster) => {
        const given = options as Readonly<Record<string, unknown>>;
        const meant = args.target.replaceAll(/(?<![^,/:])all(?![^,/:])/g, '@all');
        const target = meant.includes('@')
          ? expandSelectors(meant, await cluster.freshSnapshot(), { chance: context.chance })
          : args.target;
        const fault = understood(kind, [target, ...wordsOf(words, given)], args.target, cluster);
        const forMs = given['for'] as number | null;
        const answer = await cluster.request('fault', {
          fault,
          ...(given['add'] === true ? { add: true } : {}),
          ...(forMs === null ? {} : { forMs }),
        });
        const ends = forMs === null ? '' : `, for ${formatDuration(forMs)}`;
        return {
          kind: 'document',
          json: { schema: `replab.${kind}/1`, cluster: cluster.name, ...answer },
          text: (style) =>
            `${style.bold(answer.id)}  ${answer.text}: ${doneText(fault, answer)}${ends}${replacedText(answer.replaced)}\n${style.dim(`event ${answer.event}`)}`,
          next: [`replab status -c ${cluster.name}`, `replab heal -c ${cluster.name} ${answer.id}`],
        };
      }),
  });
}

/** The options as the fault's grammar has them: `--delay 50ms --both`. */
function wordsOf(
  options: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.keys(options).flatMap((name) => {
    const value = given[name];
    if (value === true) return [`--${name}`];
    return typeof value === 'string' ? [`--${name}`, value] : [];
  });
}

function understood(
  kind: FaultKindName,
  words: readonly string[],
  typed: string,
  cluster: { readonly name: string; readonly spec: Pick<ClusterSpec, 'nodes' | 'regions'> },
): FaultParams {
  const { nodes, regions } = cluster.spec;
  const stranger = words[0]!.split(/[,/:]/).find((word) => isNodeId(word) && !nodes.includes(word));
  if (stranger !== undefined) {
    throw new ReplabError('no-such-node', { node: stranger, nodes: nodes.join(', '), cluster: cluster.name });
  }
  const fault = parseFault(kind, words, nodes, regionNames(regions));
  if (typeof fault !== 'string') return fault;
  const text = [kind, typed, ...words.slice(1)].join(' ');
  throw new ReplabError('bad-fault', { text, detail: fault, cluster: cluster.name });
}

function doneText(fault: FaultParams, answer: Methods['fault']['result']): string {
  if (!answer.changed) return 'was in force already';
  if (answer.links + answer.connections === 0 && answer.nodes.length > 0) {
    return `touches ${answer.nodes.join(', ')}`;
  }
  const links = count(answer.links, 'link');
  const connections = count(answer.connections, 'connection');
  if ('reset' in fault) return `resets ${connections} on ${links}, and refuses new ones`;
  return `${fault.kind === 'link' ? linkVerb(fault) : 'holds'} ${links}, ${connections}`;
}

/** A link that only loses, copies or reorders is no slower for it. */
function linkVerb({ delayMs, jitterMs, bytesPerSecond }: ParamsOf<'link'>): string {
  return delayMs + jitterMs > 0 || bytesPerSecond !== null ? 'slows' : 'impairs';
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}
