import { c, detail, row, seeStatus, type ErrorRow } from './error-row.ts';
import { exitCodes } from './exit-codes.ts';

const { usage, notFound, timeout, refused, unknown, internal } = exitCodes;

/** What can go wrong between a command, a cluster and its supervisor, before any node is asked. */
export const clusterErrors = {
  // What was typed.
  usage: row(
    usage,
    (f) => `${f.message}`,
    (f) =>
      f.usage ? `It goes like this: replab ${f.usage}` : 'The command cannot be understood as it stands.',
    (f) => (f.command ? `See \`replab ${f.command} --help\`.` : 'See `replab --help`.'),
  ),
  'bad-setting': row(
    usage,
    (f) => (f.detail ? `${f.name} cannot be ${JSON.stringify(f.value)}.` : `There is no setting ${f.name}.`),
    (f) => detail(f, `Settings that can change on a running cluster: ${f.names}.`),
    'See `replab set --help`.',
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
    (f) => `See \`replab ${String(f.text).split(' ')[0]} --help\`.`,
  ),
  'bad-regions': row(
    usage,
    (f) => `--${f.option} ${f.text} cannot be understood.`,
    (f) => detail(f, 'It is not of the form that is expected.'),
    'See `replab up --help`.',
  ),
  'bad-history': row(
    usage,
    (f) => `${f.file}:${f.line} cannot be checked.`,
    (f) => detail(f, 'A line of it cannot be read.'),
    'See `replab check --help` for what a history looks like.',
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
    seeStatus,
  ),
  'no-such-region': row(
    notFound,
    (f) => `There is no region called ${f.region}.`,
    (f) => (f.regions ? `The cluster has ${f.regions}.` : 'The cluster has no regions.'),
    (f) => (f.regions ? seeStatus(f) : 'Start one that has: `replab up --regions eu,us,ap`.'),
  ),
  'selector-empty': row(
    notFound,
    (f) => `${f.selector} is nobody now.`,
    (f) => `Observed roles: ${f.roles}.`,
    (f) => `Wait for it, or name a node. ${seeStatus(f)}`,
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
  'reset-incomplete': row(
    unknown,
    (f) => `Cluster ${f.cluster} was reset, and is not all up.`,
    (f) => detail(f, 'A node did not come back with its empty disk.'),
    (f) => `What it held is gone. Reset it again: \`replab reset${c(f)}\`. ${seeStatus(f)}`,
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
  'store-unusable': row(
    refused,
    (f) => `Node ${f.node} cannot use its store.`,
    (f) => detail(f, 'Its files are damaged, or cannot be written.'),
    (f) => `Mend that and start it again. \`replab down${c(f)}\` removes the whole cluster.`,
  ),
  unresponsive: row(
    timeout,
    (f) => `The supervisor of ${f.cluster} does not answer.`,
    (f) => `Its process${f.pid ? ` (pid ${f.pid})` : ''} is alive, but busy or stopped.`,
    (f) => `Try again; if it stays so, \`replab down${c(f)} --keep\` ends it by force and keeps its data.`,
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
  'limit-too-low': row(
    refused,
    (f) => `The limit on ${f.what} is too low.`,
    (f) => `${f.nodes} nodes need about ${f.needed}; here ${f.allowed} are allowed.`,
    (f) => `Raise it (\`ulimit ${f.flag} ${f.needed}\`), or start fewer nodes.`,
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
  'state-foreign': row(
    refused,
    (f) => `${f.path ?? `The directory of ${f.cluster}`} is not replab's.`,
    (f) => detail(f, 'It is where the state of the cluster would be kept.'),
    'Move it away, or choose another name with `-c NAME`.',
  ),
  'disk-full': row(
    refused,
    (f) => `There is no room left to write ${f.path}.`,
    (f) => detail(f, 'The disk is full.'),
    'Make room, then do it again. What runs goes on; `replab down` works on a full disk.',
  ),
  'state-newer': row(
    refused,
    (f) => `The state of ${f.cluster} was written by a newer replab.`,
    (f) => `It has the schema ${f.schema}.`,
    'Use that version.',
  ),
  'not-saved': row(
    internal,
    (f) => `The result could not be kept as ${f.name}.`,
    (f) => detail(f, 'Its file could not be written.'),
    (f) => `What the command did is done; look before you repeat it. ${seeStatus(f)}`,
    false,
  ),
  'directory-unsafe': row(
    refused,
    (f) => `${f.path} cannot be trusted.`,
    (f) => detail(f, 'Others could put their own socket there.'),
    'Make it yours with mode 0700, or remove it.',
  ),

  // Waiting and judging.
  timeout: row(
    timeout,
    (f) => `${f.what} took longer than ${f.within}.`,
    (f) => detail(f, 'It had not happened when the time was up.'),
    (f) => `Give it more time with \`--timeout\`. ${seeStatus(f)}`,
    false,
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
