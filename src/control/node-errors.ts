import { quoteWord } from '../lib/shell-words.ts';
import { c, detail, row, seeEvents, seeStatus, type ErrorRow } from './error-row.ts';
import { exitCodes } from './exit-codes.ts';
import type { Facts } from './message.ts';

const { notFound, refused, unknown } = exitCodes;

function followLeader(facts: Facts): string {
  if (typeof facts.leader !== 'string') return seeStatus(facts);
  return `Write to ${facts.leader}, or leave out \`--at\`: the client finds the leader.`;
}

function promoteOne(facts: Facts): string {
  const start = `Start the old leader (\`replab start${c(facts)} NODE\`)`;
  return `${start}, or make another one lead: \`replab promote${c(facts)} NODE${inShard(facts)}\`.`;
}

function inShard({ shard }: Facts): string {
  return typeof shard === 'number' ? ` --shard ${shard}` : '';
}

function lookFirst(facts: Facts): string {
  const key = typeof facts.key === 'string' ? facts.key : null;
  if (key === null) return `Read the key before you repeat the write, with \`replab get${c(facts)}\`.`;
  const word = `${key.startsWith('-') ? '-- ' : ''}${quoteWord(key)}`;
  return `Read the key before you repeat the write: \`replab get${c(facts)} ${word}\`.`;
}

/** What nodes refuse, and what became of operations whose end nobody saw. */
export const nodeErrors = {
  // Nodes and leadership.
  'node-down': row(
    refused,
    (f) => `Node ${f.node} is not running.`,
    (f) => `It is ${f.state ?? 'not reachable'}.`,
    (f) => `Start it: \`replab start${c(f)} ${f.node}\`.`,
  ),
  'no-such-copy': row(
    notFound,
    (f) => `No copy of ${f.node}'s disk is called ${f.name}.`,
    (f) => `There are: ${f.names || 'none'}.`,
    (f) => `Save one: \`replab disk${c(f)} ${f.node} save ${f.name}\`.`,
  ),
  'node-silent': row(
    refused,
    (f) => `Node ${f.node} does not answer.`,
    (f) => `Its process is ${f.state ?? 'there'}, but it did not answer in time.`,
    (f) => (f.state === 'paused' ? `Resume it: \`replab resume${c(f)} ${f.node}\`.` : seeStatus(f)),
  ),
  'no-such-shard': row(
    notFound,
    (f) => `There is no shard ${f.shard}.`,
    (f) => `The cluster has ${f.shards}, counted from 0.`,
    seeStatus,
  ),
  behind: row(
    refused,
    (f) => `Node ${f.node} is behind ${f.ahead}.`,
    (f) => `It has ${f.position}, ${f.ahead} has ${f.aheadPosition}: what lies between would be lost.`,
    (f) =>
      `Promote ${f.ahead}, or lose it on purpose: \`replab promote${c(f)} ${f.node}${inShard(f)} --force\`.`,
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
    (f) => (typeof f.shard === 'number' ? `Shard ${f.shard} has no leader.` : 'There is no leader.'),
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
    seeEvents,
  ),
  'turn-failed': row(
    refused,
    'The node could not carry this out.',
    (f) => detail(f, 'Its transaction failed and was rolled back.'),
    seeEvents,
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
  contended: row(
    refused,
    (f) => `${f.key} was changed by others again and again.`,
    'Each time it was to be changed, somebody came between. Nothing was written.',
    'Use more keys or fewer clients.',
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
  'cross-shard': row(
    refused,
    'The keys are in different shards.',
    'Each shard has a leader and a log of its own, so nothing is done in several at once.',
    'Name the keys one by one, or keep them together by a tag, as in `cart:{alice}`.',
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
  'not-sent': row(
    refused,
    (f) => `Within ${f.within} nobody was found to send the write to.`,
    'Looking for the leader took all the time there was; nothing was sent.',
    (f) => `Give it more time with \`--timeout\`. ${seeStatus(f)}`,
  ),
  'connection-lost': row(
    unknown,
    'The connection to the node broke before it answered.',
    'The node died or was cut off; it may have done the write.',
    lookFirst,
  ),
} as const satisfies Record<string, ErrorRow>;
