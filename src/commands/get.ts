import { historyValue } from '../client/manual-history.ts';
import { parseReadPolicy, policyWords, type ReadPolicy } from '../client/session/read-policy.ts';
import type { SessionRead } from '../client/session/contract.ts';
import { textOrNull } from '../client/resp-answer.ts';
import { positionView } from '../cluster/position-view.ts';
import { ReplabError } from '../control/errors.ts';
import { defineCommand } from './command.ts';
import { checkWord, lostNote, regionOption, withUser } from './key-value.ts';
import { readWords } from './completes.ts';
import { completing, required, textOr } from './params.ts';
import { guaranteeNotes, sessionOptions } from './session-options.ts';

export const get = defineCommand({
  name: 'get',
  summary: 'read a key; prints its value alone',
  notes: [
    'A follower answers with what it has, which may be old: that is what a replication lab is for. Which node answered and at which position goes to standard error, or into `--json`.',
    'A key that does not exist is exit 0 with nothing printed; `--json` says `"found":false`.',
    '`--read`: `follower` and `any` go round, from where --seed says, a node further with each read of a session. `sticky` is the node that the hash of the user falls on. `leader-for:1m` is the leader for a minute after an own write, then a follower.',
    ...guaranteeNotes,
    'A replica that does not have yet what was promised is waited at (`--wait`), then another is asked, then the leader; `--json` says at which and why. When it is lost, the answer says so, and the session goes on without it.',
  ],
  args: { key: required('KEY', 'text', (word) => checkWord(word, 'key')) },
  options: {
    read: completing(readWords, textOr('WHERE', `${policyWords.join(', ')}, or a node`, 'leader')),
    region: regionOption,
    ...sessionOptions,
  },
  examples: [
    { run: 'replab get x', does: 'from the leader' },
    { run: 'replab get x --read n2', does: 'what n2 holds' },
    { run: 'replab get x --read nearest --region eu', does: 'from a node in eu if one answers' },
    { run: 'replab get x --read follower --json', does: 'from some follower, with its position' },
    {
      run: 'replab get x --as alice --guarantee read-your-writes --read follower',
      does: 'from a follower that has what alice wrote',
    },
  ],
  async run(context, { args, options }) {
    const policy = parseReadPolicy(options.read);
    checkUser(policy, options.as);
    return withUser(context, options, async ({ session, history, cluster }) => {
      const read = await history.record(
        { f: 'read', key: args.key, value: null },
        () => session.read(['RL.GET', args.key], { policy, withinMs: context.timeoutMs }),
        ({ node, result }) => ({ type: 'ok', value: historyValue(textOrNull(result)), node }),
      );
      const { node, shard, role, at, lost, waited, moved, home, indeterminate } = read;
      const value = textOrNull(read.result);
      const found = value !== null;
      return {
        kind: 'document',
        json: {
          schema: 'replab.get/1',
          cluster: cluster.name,
          key: args.key,
          found,
          value,
          node,
          shard,
          role,
          at: positionView(at),
          as: session.as,
          waited,
          moved,
          home,
          lost,
          indeterminate,
        },
        text: () => value ?? '',
        note: () => {
          const where = cluster.spec.shards === 1 ? '' : `, shard ${shard}`;
          return [...(found ? [] : [`${args.key} does not exist`]), ...notes(read, where)].join('; ');
        },
      };
    });
  },
});

function checkUser({ kind }: ReadPolicy, as: string | null): void {
  if (as !== null || (kind !== 'sticky' && kind !== 'leader-for')) return;
  throw new ReplabError('usage', {
    command: 'get',
    message: `--read ${kind} depends on who reads: say who with \`--as NAME\`.`,
  });
}

function notes(read: SessionRead, where: string): readonly string[] {
  const { node, at, lost, waited, moved, home, indeterminate } = read;
  return [
    `${node} at ${positionView(at).text}${where}`,
    ...waited.map((one) => `waited ${one.ms} ms at ${one.node}`),
    ...moved.map((one) => `${one.node} could not: ${one.why}`),
    ...(home === null || home === node ? [] : [`${node} takes the place of ${home}`]),
    ...(lost.length === 0 ? [] : [lostNote(lost)]),
    ...(indeterminate ? ['an own write of it may have happened or not'] : []),
  ];
}
