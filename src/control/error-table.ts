import type { RefusedCode, UnknownCode } from '../protocol/request.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import type { Facts } from './message.ts';

export interface ErrorRow {
  readonly exit: ExitCode;
  /** True: what was asked for certainly did not happen. False: it may have, or may yet. */
  readonly definite: boolean;
  /** What went wrong; why; the command that fixes it. Sentences for people, filled from the facts. */
  what(facts: Facts): string;
  why(facts: Facts): string;
  fix(facts: Facts): string;
}

type Text = string | ((facts: Facts) => string);

function row(
  exit: ExitCode,
  what: Text,
  why: Text,
  fix: Text,
  definite = exit !== exitCodes.unknown,
): ErrorRow {
  return { exit, definite, what: filled(what), why: filled(why), fix: filled(fix) };
}

function filled(text: Text): (facts: Facts) => string {
  return typeof text === 'string' ? () => text : text;
}

const { usage, notFound, timeout, refused, unknown, internal } = exitCodes;

/** ` -c t1`, or nothing while the cluster is not known. */
const c = (f: Facts): string => (f.cluster === undefined || f.cluster === null ? '' : ` -c ${f.cluster}`);
const detail = (f: Facts, otherwise: string): string => (f.detail ? `${f.detail}.` : otherwise);
const status = (f: Facts): string => `See \`replab status${c(f)}\`.`;
const events = (f: Facts): string => `See \`replab events${c(f)}\`.`;
const followLeader = (f: Facts): string =>
  f.leader ? `Write to ${f.leader}, or leave out \`--at\`: the client finds the leader.` : status(f);
const promoteOne = (f: Facts): string =>
  `Start the old leader (\`replab start${c(f)} NODE\`), or make another one lead: \`replab promote${c(f)} NODE\`.`;
const lookFirst = (f: Facts): string =>
  `Read the key before you repeat the write: \`replab get${c(f)} KEY\`.`;

/** Everything the command line, the client and the supervisor can say went wrong, in one place. */
export const errorTable = {
  // What was typed.
  usage: row(
    usage,
    (f) => `${f.message}`,
    'The command cannot be understood as it stands.',
    (f) => (f.command ? `See \`replab ${f.command} --help\`.` : 'See `replab --help`.'),
  ),
  'bad-setting': row(
    usage,
    (f) => `${f.name}=${f.value} is no setting.`,
    (f) => detail(f, `No setting is called ${f.name}.`),
    (f) => `Settings that can change on a running cluster: ${f.names}.`,
  ),
  'setting-fixed': row(
    refused,
    (f) => `${f.name} cannot change on a running cluster.`,
    'Nodes are started with it.',
    (f) =>
      `Take the cluster down and up again: \`replab down${c(f)}\`, \`replab up${c(f)} --${f.name} ${f.value}\`.`,
  ),
  'bad-fault': row(
    usage,
    (f) => `${f.text} is no fault.`,
    (f) => detail(f, 'It names something that does not exist.'),
    'See `replab partition --help`, `replab cut --help`, `replab isolate --help`.',
  ),
  'several-clusters': row(
    usage,
    'Several clusters are up.',
    (f) => `It is not clear which one is meant: ${f.names}.`,
    'Name one with `-c NAME`, or set REPLAB_CLUSTER.',
  ),

  // Finding things.
  'no-cluster': row(notFound, 'No cluster is up.', 'There is nothing to talk to.', 'Start one: `replab up`.'),
  'no-such-cluster': row(
    notFound,
    (f) => `There is no cluster called ${f.cluster}.`,
    'It was never started, or it was taken down.',
    (f) => `Start it: \`replab up${c(f)}\`. See which there are: \`replab ls\`.`,
  ),
  'cluster-kept': row(
    notFound,
    (f) => `Cluster ${f.cluster} is down; its data are kept.`,
    'It was taken down with `--keep`.',
    (f) => `Bring it back: \`replab up${c(f)}\`. Remove its data: \`replab down${c(f)}\`.`,
  ),
  'supervisor-gone': row(
    notFound,
    (f) => `The supervisor of ${f.cluster} is gone.`,
    (f) =>
      `It was killed, or the machine restarted. Processes of the cluster that were left and have been ended: ${f.reaped ?? 0}.`,
    (f) => `Bring the cluster back with its data: \`replab up${c(f)}\`. Remove it: \`replab down${c(f)}\`.`,
  ),
  'no-such-node': row(
    notFound,
    (f) => `There is no node called ${f.node}.`,
    (f) => `The cluster has ${f.nodes}.`,
    status,
  ),
  'selector-empty': row(
    notFound,
    (f) => `${f.selector} is nobody now.`,
    (f) => `Observed roles: ${f.roles}.`,
    (f) => `Wait for it, or name a node. ${status(f)}`,
  ),
  'no-such-fault': row(
    notFound,
    (f) => `There is no fault ${f.id}.`,
    (f) => `Faults in force: ${f.ids || 'none'}.`,
    (f) => `See \`replab faults${c(f)}\`.`,
  ),

  // Clusters and their supervisor.
  'cluster-exists': row(
    refused,
    (f) => `Cluster ${f.cluster} is already up.`,
    'A name belongs to one cluster at a time.',
    (f) =>
      `Use it as it is, take it down first (\`replab down${c(f)}\`), or choose another name with \`-c NAME\`.`,
  ),
  'kept-differs': row(
    refused,
    (f) => `Cluster ${f.cluster} is kept, and is not what was asked for.`,
    (f) => `Its data are those of another ${f.field}: ${f.kept}, not ${f.asked}.`,
    (f) => `Bring it back as it was: \`replab up${c(f)}\`. Start afresh: \`replab down${c(f)}\` first.`,
  ),
  stopping: row(
    refused,
    (f) => `Cluster ${f.cluster} is going down.`,
    '`replab down` was asked for.',
    'Wait until it is down.',
  ),
  'not-ready': row(
    refused,
    (f) => `Cluster ${f.cluster} did not get ready.`,
    (f) => detail(f, 'Followers did not catch up in time.'),
    (f) => `Try again: \`replab up${c(f)}\`.`,
  ),
  'supervisor-failed': row(
    internal,
    (f) => `The supervisor of ${f.cluster} did not start.`,
    (f) => detail(f, 'It ended before it was ready.'),
    'Its log says more; please report this with it.',
  ),
  'node-failed': row(
    internal,
    (f) => `Node ${f.node} did not start.`,
    (f) => detail(f, 'Its process ended before it was ready.'),
    (f) => `See \`replab logs${c(f)} ${f.node}\`.`,
  ),
  unresponsive: row(
    timeout,
    (f) => `The supervisor of ${f.cluster} does not answer.`,
    (f) => `Its process${f.pid ? ` (pid ${f.pid})` : ''} is alive, but busy or stopped.`,
    'Try again; if it stays so, end that process: the nodes end with it.',
    false,
  ),
  'wrong-token': row(
    refused,
    'The supervisor refused the request.',
    'It did not carry the token of this cluster.',
    'Run the command as the user who started the cluster.',
  ),
  'bad-message': row(
    refused,
    'The supervisor could not read the request.',
    (f) => detail(f, 'It is no line of JSON of the expected form.'),
    'Use the same version of replab as the one that started the cluster.',
  ),
  leftovers: row(
    exitCodes.leftovers,
    (f) => `Processes of ${f.cluster} are still there.`,
    (f) => `They did not end when killed: pids ${f.pids}.`,
    'They may be stuck in the kernel; look at them with `ps`, then run `replab down` again.',
  ),
  'engine-missing': row(
    exitCodes.engineMissing,
    (f) => `Engine ${f.engine} is not installed.`,
    (f) => detail(f, 'Its programs were not found.'),
    'Install it, or use the built-in engine.',
  ),

  // The state directory.
  'state-unwritable': row(
    refused,
    (f) => `Cannot write in ${f.path}.`,
    (f) => detail(f, 'The state of a cluster is kept there.'),
    'Make it writable, or set XDG_STATE_HOME to a directory that is.',
  ),
  'state-corrupt': row(
    refused,
    (f) => `The state of ${f.cluster} cannot be read.`,
    (f) => detail(f, 'Its cluster.json is damaged.'),
    (f) => `Remove it with its data: \`replab down${c(f)}\`.`,
  ),
  'state-newer': row(
    refused,
    (f) => `The state of ${f.cluster} was written by a newer replab.`,
    (f) => `It has the schema ${f.schema}.`,
    'Use that version.',
  ),
  'directory-unsafe': row(
    refused,
    (f) => `${f.path} cannot be trusted.`,
    (f) => detail(f, 'Others could put their own socket there.'),
    'Make it yours with mode 0700, or remove it.',
  ),

  // Nodes and leadership.
  'node-down': row(
    refused,
    (f) => `Node ${f.node} is not running.`,
    (f) => `It is ${f.state ?? 'not reachable'}.`,
    (f) => `Start it: \`replab start${c(f)} ${f.node}\`.`,
  ),
  'node-silent': row(
    refused,
    (f) => `Node ${f.node} does not answer.`,
    (f) => `Its process is ${f.state ?? 'there'}, but it did not answer in time.`,
    (f) => (f.state === 'paused' ? `Resume it: \`replab resume${c(f)} ${f.node}\`.` : status(f)),
  ),
  'node-stopped': row(
    refused,
    (f) => `Node ${f.node} serves nothing.`,
    (f) => detail(f, 'It stopped and waits for someone to act.'),
    events,
  ),
  behind: row(
    refused,
    (f) => `Node ${f.node} is behind ${f.ahead}.`,
    (f) => `It has ${f.position}, ${f.ahead} has ${f.aheadPosition}: what lies between would be lost.`,
    (f) => `Promote ${f.ahead}, or lose it on purpose: \`replab promote${c(f)} ${f.node} --force\`.`,
  ),

  // Operations of clients: definite.
  'not-leader': row(
    refused,
    (f) => `${f.node ?? 'This node'} does not take writes.`,
    (f) => `It is a follower${f.leader ? `; ${f.leader} leads` : ''}.`,
    followLeader,
  ),
  'no-leader': row(
    refused,
    'There is no leader.',
    'No node that answers leads, so nobody takes writes.',
    promoteOne,
  ),
  fenced: row(
    refused,
    (f) => `${f.node ?? 'This node'} no longer takes writes.`,
    'It learned of a newer leader and stepped down.',
    followLeader,
  ),
  'stale-leader': row(
    refused,
    (f) => `${f.node ?? 'This node'} leads an old epoch.`,
    'This client has seen a newer one.',
    followLeader,
  ),
  rewinding: row(
    refused,
    (f) => `${f.node ?? 'This node'} is giving up entries the leader does not have.`,
    'Until that is done it would serve writes that were lost.',
    'Read from another node, or try again.',
  ),
  stopped: row(
    refused,
    (f) => `${f.node ?? 'This node'} serves nothing.`,
    (f) => detail(f, 'It stopped and waits for someone to act.'),
    events,
  ),
  'turn-failed': row(
    refused,
    'The node could not carry this out.',
    (f) => detail(f, 'Its transaction failed and was rolled back.'),
    events,
  ),
  'not-an-integer': row(
    refused,
    'The value is not an integer.',
    '`incr` works on signed 64-bit integers in decimal.',
    'Put a number first.',
  ),
  overflow: row(
    refused,
    'The result does not fit.',
    '`incr` works on signed 64-bit integers.',
    'Put a smaller number first.',
  ),
  'too-large': row(
    refused,
    'The request is too large.',
    (f) => detail(f, 'Keys, values and entries are bounded.'),
    'Split it.',
  ),
  unsupported: row(
    refused,
    'This cluster cannot do that.',
    (f) => detail(f, 'Its mode has no such operation.'),
    'See `replab --help`.',
  ),
  'not-swapped': row(
    refused,
    (f) => `${f.key} was not swapped.`,
    (f) => `It holds ${f.value === null ? 'nothing' : JSON.stringify(f.value)}.`,
    'Read it and try again.',
  ),

  // Operations of clients: the outcome is not known.
  'not-replicated': row(
    unknown,
    'The write was not acknowledged in time.',
    (f) =>
      `The leader has it${f.at ? ` at ${f.at}` : ''}, on ${f.copies ?? 1} replica(s): fewer than the cluster promises.`,
    (f) => `It arrives when the missing replicas do. ${lookFirst(f)}`,
  ),
  'stepped-down': row(
    unknown,
    'The leader stepped down before the write was acknowledged.',
    'Another leader took over; it may or may not have the write.',
    lookFirst,
  ),
  recovered: row(
    unknown,
    'The node recovered from a failure while the write was open.',
    'It was committed there, but not yet acknowledged by others.',
    lookFirst,
  ),
  'commit-failed': row(
    unknown,
    'The node failed while it committed the write.',
    'It may or may not be on its disk.',
    lookFirst,
  ),
  'node-stopping': row(
    unknown,
    'The node was stopped before the write was acknowledged.',
    'Other replicas may or may not have it.',
    lookFirst,
  ),
  'no-answer': row(
    unknown,
    (f) => `No answer within ${f.within}.`,
    'The request may be held on its way, or its answer is.',
    lookFirst,
  ),
  'connection-lost': row(
    unknown,
    'The connection to the node broke before it answered.',
    'The node died or was cut off; it may have done the write.',
    lookFirst,
  ),

  // Waiting and judging.
  timeout: row(
    timeout,
    (f) => `${f.what} took longer than ${f.within}.`,
    (f) => detail(f, 'It had not happened when the time was up.'),
    (f) => `Give it more time with \`--timeout\`. ${status(f)}`,
    false,
  ),
  'expectation-false': row(
    exitCodes.violated,
    (f) => `Not so: ${f.expression}`,
    (f) => detail(f, 'It was false in every snapshot.'),
    status,
  ),
  'expectation-unknown': row(
    exitCodes.inconclusive,
    (f) => `Cannot tell: ${f.expression}`,
    (f) => detail(f, 'A value it needs is not known.'),
    status,
  ),

  // The process itself.
  interrupted: row(
    exitCodes.interrupted,
    'Interrupted.',
    'The command was ended before it was done.',
    'Run it again.',
    false,
  ),
  terminated: row(
    exitCodes.terminated,
    'Terminated.',
    'The command was ended before it was done.',
    'Run it again.',
    false,
  ),
  internal: row(
    internal,
    (f) => `This is a fault in replab: ${f.message}`,
    'Something happened that must not.',
    'Please report it, with what you did before.',
    false,
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** A code for every outcome a node can answer: adding one to the protocol without a row here fails to compile. */
export const refusedCodes = {
  'not-leader': 'not-leader',
  'no-leader': 'no-leader',
  fenced: 'fenced',
  'stale-leader': 'stale-leader',
  rewinding: 'rewinding',
  stopped: 'stopped',
  'turn-failed': 'turn-failed',
  'not-an-integer': 'not-an-integer',
  overflow: 'overflow',
  'too-large': 'too-large',
  unsupported: 'unsupported',
} as const satisfies Record<RefusedCode, ErrorCode>;

export const unknownCodes = {
  'not-replicated': 'not-replicated',
  'stepped-down': 'stepped-down',
  recovered: 'recovered',
  'turn-failed': 'commit-failed',
  'node-stopping': 'node-stopping',
} as const satisfies Record<UnknownCode, ErrorCode>;
