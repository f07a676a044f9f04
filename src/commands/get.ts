import { parseReadFrom } from '../client/read-targets.ts';
import { textOrNull } from '../client/resp-answer.ts';
import { positionView } from '../cluster/position-view.ts';
import { defineCommand } from './command.ts';
import { checkWord, regionOption, withKeys } from './key-value.ts';
import { readWords } from './completes.ts';
import { completing, required, textOr } from './params.ts';

export const get = defineCommand({
  name: 'get',
  summary: 'read a key; prints its value alone',
  notes: [
    'A follower answers with what it has, which may be old: that is what a replication lab is for. Which node answered and at which position goes to standard error, or into `--json`.',
    'A key that does not exist is exit 0 with nothing printed; `--json` says `"found":false`.',
  ],
  args: { key: required('KEY', 'text', (word) => checkWord(word, 'key')) },
  options: {
    read: completing(
      readWords,
      textOr(
        'WHERE',
        'leader, follower, any (in turn, from where --seed says), nearest, or a node',
        'leader',
      ),
    ),
    region: regionOption,
  },
  examples: [
    { run: 'replab get x', does: 'from the leader' },
    { run: 'replab get x --read n2', does: 'what n2 holds' },
    { run: 'replab get x --read nearest --region eu', does: 'from a node in eu if one answers' },
    { run: 'replab get x --read follower --json', does: 'from some follower, with its position' },
  ],
  run: (context, { args, options }) =>
    withKeys(context, options.region, async (client, cluster) => {
      const from = parseReadFrom(options.read, context.chance);
      const { node, at, result } = await client.read(['RL.GET', args.key], {
        from,
        withinMs: context.timeoutMs,
      });
      const value = textOrNull(result);
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
          at: positionView(at),
        },
        text: () => value ?? '',
        note: () => `${found ? '' : `${args.key} does not exist; `}${node} at ${positionView(at).text}`,
      };
    }),
});
