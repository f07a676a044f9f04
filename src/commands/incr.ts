import { historyValue } from '../client/manual-history.ts';
import { textOf } from '../client/resp-answer.ts';
import { defineCommand, type Arg } from './command.ts';
import { checkWord, lostNote, writeKeys, writeOptions } from './key-value.ts';
import { required, UsageError } from './params.ts';

const by: Arg<string> = {
  placeholder: 'BY',
  summary: 'how much, 1 when left out; a negative one goes after `--`',
  required: false,
  several: false,
  parse([word = '1']) {
    if (!/^[+-]?\d{1,19}$/.test(word)) throw new UsageError('a whole number of 64 bits');
    return word.replace(/^\+/, '');
  },
};

export const incr = defineCommand({
  name: 'incr',
  summary: 'add to a key that holds an integer; one that does not exist counts as 0',
  notes: ['Not idempotent: after exit 9 (outcome unknown), read the key before you repeat it.'],
  args: { key: required('KEY', 'text', (word) => checkWord(word, 'key')), by },
  options: writeOptions,
  examples: [
    { run: 'replab incr visits', does: 'one more' },
    { run: 'replab incr -- visits -5', does: 'five less' },
  ],
  async run(context, { args, options }) {
    const { json, place, answered } = await writeKeys(
      context,
      ['RL.INCR', args.key, args.by],
      { f: 'incr', key: args.key, value: historyValue(args.by) },
      options,
    );
    const value = textOf(answered.result);
    return {
      kind: 'document',
      json: { schema: 'replab.incr/1', key: args.key, value, ...json },
      text: (style) => `${value}  ${style.dim(`at ${place}`)}`,
      note: () => lostNote(json.lost),
    };
  },
});
