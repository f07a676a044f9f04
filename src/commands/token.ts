import { withCluster, type Cluster } from '../client/cluster-connection.ts';
import {
  merged,
  refuseForeign,
  seenIn,
  tokenOf,
  type SessionToken,
  type ShardToken,
} from '../client/session/token.ts';
import { firstState, type SessionState } from '../client/session/state.ts';
import { ReplabError } from '../control/errors.ts';
import { identitiesIn } from '../control/state-dir.ts';
import { defineCommand, type Context, type DocumentResult } from './command.ts';
import { fixed, identityWords } from './completes.ts';
import { opening } from './opening.ts';
import { count } from './count.ts';
import { completing, notOneOf, optional, required } from './params.ts';
import { parseIdentity, tokenIn } from './session-options.ts';

const actions = ['show', 'clear', 'export', 'import'] as const;
type Action = (typeof actions)[number];

export const token = defineCommand({
  name: 'token',
  summary: 'what a user has written and read: show it, forget it, take it to another device',
  notes: [
    'Whoever is named by `--as` has a session: the positions of what they wrote and read are kept with the cluster, whether anything was promised or not, and `reset` and `down` forget them.',
    '`export` prints the token as text; `import NAME FILE` adds it to what NAME has seen, as on a second device of the same user. For one command there is `--token`.',
    'A token names, for each shard, the last position of each epoch: a replica may serve whoever has it only if its log contains them. After a failover a larger position is no proof of that.',
  ],
  args: {
    action: completing(fixed(...actions), required(actions.join('|'), 'what to do with it', parseAction)),
    name: completing(identityWords, required('NAME', 'whose', parseIdentity)),
    source: optional(
      'FILE|TEXT',
      'of import: a token as export printed it, a position, or as:ALICE for what another has seen; - for standard input',
    ),
  },
  options: {},
  examples: [
    { run: 'replab token show alice', does: 'what alice has seen, and what it cost' },
    { run: 'replab token export alice', does: 'as text, for another device' },
    { run: 'replab token import alice-tablet as:alice', does: 'which has seen all that now' },
    { run: 'replab token clear alice', does: 'a new session' },
  ],
  run: (context, { args: { action, name, source } }) =>
    withCluster(opening(context), async (cluster) => {
      if ((source !== null) !== (action === 'import')) throw misplaced(action);
      switch (action) {
        case 'clear':
          return clear(context, cluster, name);
        case 'import':
          return add(context, cluster, { name, source: source! });
        default:
          return tell(cluster, { action, name });
      }
    }),
});

function parseAction(word: string): Action {
  const action = actions.find((one) => one === word);
  if (action === undefined) throw notOneOf(actions);
  return action;
}

function misplaced(action: Action): ReplabError {
  const message =
    action === 'import'
      ? 'Say which token: a FILE, or - for standard input.'
      : `${action} takes a NAME and no more.`;
  return new ReplabError('usage', { command: 'token', message });
}

async function tell(
  cluster: Cluster,
  { action, name }: { readonly action: 'show' | 'export'; readonly name: string },
): Promise<DocumentResult> {
  const state = await stateOf(cluster, name);
  const held = tokenOf(cluster.name, cluster.spec.mode, state.seen);
  if (action === 'export') return { kind: 'document', json: held, text: () => JSON.stringify(held) };
  const { counts, indeterminate } = state;
  const json = { schema: 'replab.session/1', as: name, token: held, indeterminate, counts };
  return { kind: 'document', json, text: () => sessionText(held, state) };
}

async function stateOf({ name: cluster, spec, dir }: Cluster, as: string): Promise<SessionState> {
  const { readIdentity } = await import('../client/session/identity.ts');
  const record = readIdentity({ cluster, mode: spec.mode, dir, as });
  if (record !== null) return record.state;
  throw new ReplabError('no-such-session', { cluster, as, names: identitiesIn(dir).join(', ') });
}

function sessionText({ shards }: SessionToken, { counts, indeterminate }: SessionState): string {
  const several = Object.keys(shards).length > 1;
  const of = (kind: keyof ShardToken): string =>
    Object.entries(shards)
      .flatMap(([shard, { [kind]: positions }]) => positions.map((at) => (several ? `${shard}=${at}` : at)))
      .join(', ') || 'nothing';
  const { leaderReads, followerReads, waits, waitedMs, moves, losses, unknown, writes } = counts;
  return [
    `wrote   ${of('wrote')}`,
    `read    ${of('read')}`,
    `writes  ${writes}, of unknown outcome ${unknown}${indeterminate.length === 0 ? '' : `: ${indeterminate.join(', ')}`}`,
    `reads   ${leaderReads} at the leader, ${followerReads} at followers`,
    `waited  ${count(waits, 'time')}, ${waitedMs} ms; sent on ${count(moves, 'time')}; losses ${losses}`,
  ].join('\n');
}

async function clear(context: Context, cluster: Cluster, name: string): Promise<DocumentResult> {
  const { holdIdentity } = await import('../client/session/identity.ts');
  const known = identitiesIn(cluster.dir).includes(name);
  const held = await holdIdentity({ ...heldOptions(context, cluster, name), unread: true });
  held.clear();
  held.release();
  const json = { schema: 'replab.token-clear/1', cluster: cluster.name, as: name, changed: known };
  return {
    kind: 'document',
    json,
    text: () => (known ? `${name} has seen nothing now` : `${name} had seen nothing`),
  };
}

async function add(
  context: Context,
  cluster: Cluster,
  { name, source }: { readonly name: string; readonly source: string },
): Promise<DocumentResult> {
  const given = await sourced(context, cluster, source);
  refuseForeign(given, cluster.spec);
  const { holdIdentity } = await import('../client/session/identity.ts');
  const held = await holdIdentity(heldOptions(context, cluster, name));
  try {
    const state = held.record?.state ?? firstState(name);
    const seen = merged(state.seen, seenIn(given, 'the token'));
    held.keep({ state: { ...state, seen }, process: held.record?.process ?? null });
    const now = tokenOf(cluster.name, cluster.spec.mode, seen);
    const json = { schema: 'replab.token-import/1', cluster: cluster.name, as: name, token: now };
    return { kind: 'document', json, text: () => `${name} has seen that too` };
  } finally {
    held.release();
  }
}

/** What was seen by another user of this cluster, or what a token says. */
async function sourced(context: Context, cluster: Cluster, source: string): Promise<SessionToken> {
  if (source.startsWith('as:')) {
    const { seen } = await stateOf(cluster, parseIdentity(source.slice('as:'.length)));
    return tokenOf(cluster.name, cluster.spec.mode, seen);
  }
  return tokenIn(source === '-' ? (await context.stdin()).toString('utf8') : source, cluster);
}

function heldOptions({ timeoutMs }: Context, { name, spec, dir }: Cluster, as: string) {
  return { cluster: name, mode: spec.mode, dir, as, withinMs: timeoutMs };
}
