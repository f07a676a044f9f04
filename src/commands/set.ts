import { withCluster } from '../client/cluster-connection.ts';
import { ReplabError } from '../control/errors.ts';
import { findMode } from '../protocol/modes.ts';
import type { OptionSpec } from '../protocol/protocol.ts';
import { defineCommand } from './command.ts';
import { settingsNote, settingWords } from './mode-options.ts';
import { opening } from './opening.ts';
import { completing, several } from './params.ts';
import { table } from './table.ts';

export const set = defineCommand({
  name: 'set',
  summary: 'change settings of a running cluster',
  notes: [
    'A change is an entry of the replication log: it holds from its position on, for every replica, and survives failover. With several shards it is an entry of each log.',
    ...settingsNote((option) => option.live),
  ],
  args: { settings: completing(settingWords, several('NAME=VALUE', 'one or more settings', true)) },
  options: {},
  examples: [
    { run: 'replab set sync=all', does: 'a write is acknowledged when every follower has it' },
    { run: 'replab set sync=1 write-timeout=1s', does: 'one follower suffices; give up after a second' },
  ],
  run: (context, { args }) =>
    withCluster(opening(context), async (cluster) => {
      const known = findMode(cluster.spec.mode)?.options ?? [];
      const settings = Object.fromEntries(
        args.settings.map((word) => parseSetting(word, known, cluster.spec.nodes, cluster.name)),
      );
      const answer = await cluster.request('set', { settings });
      return {
        kind: 'document',
        json: { schema: 'replab.set/1', cluster: cluster.name, ...answer },
        text: (style) => {
          const rows = Object.entries(answer.settings).map(([name, value]) => [
            name,
            name in settings ? { text: value, paint: 'bold' as const } : value,
          ]);
          return `${table(['SETTING', 'VALUE'], rows, style)}\n${style.dim(`in force from ${answer.positions.join(', ')} · event ${answer.event}`)}`;
        },
      };
    }),
});

function parseSetting(
  word: string,
  known: readonly OptionSpec[],
  nodes: readonly string[],
  cluster: string,
): readonly [string, string] {
  const split = word.indexOf('=');
  if (split < 1)
    throw new ReplabError('usage', {
      command: 'set',
      message: `${JSON.stringify(word)} is not of the form NAME=VALUE.`,
    });
  const [name, value] = [word.slice(0, split), word.slice(split + 1)];
  const option = known.find((one) => one.name === name);
  const facts = {
    name,
    value,
    cluster,
    names: known
      .filter(({ live }) => live)
      .map((one) => one.name)
      .join(', '),
  };
  if (option === undefined) throw new ReplabError('bad-setting', facts);
  if (!option.live) throw new ReplabError('setting-fixed', facts);
  const expected = option.check(value, nodes);
  if (expected !== null) throw new ReplabError('bad-setting', { ...facts, detail: `Expected ${expected}` });
  return [name, value];
}
