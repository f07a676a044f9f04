import type { RecordedOp } from '../client/manual-history.ts';
import { numberOf } from '../client/resp-answer.ts';
import { defineCommand } from './command.ts';
import { checkWord, lostNote, writeKeys, writeOptions, writtenText } from './key-value.ts';
import { several } from './params.ts';

export const del = defineCommand({
  name: 'del',
  summary: 'delete keys; says how many there were',
  notes: [
    'With several shards, all keys must be in one: keys with the same tag are, as `cart:{alice}` and `{alice}`.',
  ],
  args: { keys: several('KEY', 'one or more keys', true) },
  options: writeOptions,
  examples: [
    { run: 'replab del x', does: 'one key' },
    { run: 'replab del x y z', does: 'several, in one write' },
  ],
  async run(context, { args, options }) {
    const keys = args.keys.map((key) => checkWord(key, 'key'));
    const { json, place, answered } = await writeKeys(context, ['RL.DEL', ...keys], opOf(keys), options);
    const deleted = numberOf(answered.result);
    return {
      kind: 'document',
      json: { schema: 'replab.del/1', keys, deleted, ...json },
      text: (style) => `${writtenText(place, style)}; deleted ${deleted}`,
      note: () => lostNote(json.lost),
    };
  },
});

/** Several keys are deleted at once, or none. */
function opOf(keys: readonly string[]): RecordedOp {
  const [key, ...more] = keys;
  if (more.length === 0) return { f: 'delete', key: key!, value: null };
  return { f: 'txn', key: null, value: keys.map((one) => ['w', one, null]) };
}
