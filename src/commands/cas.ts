import { historyValue } from '../client/manual-history.ts';
import { itemsOf, numberOf, textOrNull, type Placed } from '../client/resp-answer.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { ReplabError } from '../control/errors.ts';
import { defineCommand } from './command.ts';
import { checkWord, lostNote, writeKeys, writeOptions, writtenText } from './key-value.ts';
import { flag, required, several } from './params.ts';

export const cas = defineCommand({
  name: 'cas',
  summary: 'set a key only if it holds what is expected (compare and set); exit 8 when it does not',
  args: {
    key: required('KEY', 'text', (word) => checkWord(word, 'key')),
    words: several('EXPECTED NEW', 'what it must hold, and what it shall hold', false),
  },
  options: {
    absent: flag('expect that the key does not exist; leave EXPECTED out'),
    delete: flag('delete the key; leave NEW out'),
    ...writeOptions,
  },
  examples: [
    { run: 'replab cas x 1 2', does: 'from 1 to 2' },
    { run: 'replab cas lock mine --absent', does: 'only if nobody has it' },
    { run: 'replab cas lock mine --delete', does: 'give it back, if it is still mine' },
  ],
  async run(context, { args, options }) {
    const { expected, value } = wordsOf(args.words, options);
    const expect = expected === null ? ['ABSENT'] : ['EXPECT', expected];
    const set = value === null ? ['DELETE'] : ['SET', value];
    const { json, place, answered } = await writeKeys(
      context,
      ['RL.CAS', args.key, ...expect, ...set],
      { f: 'cas', key: args.key, value: [historyValue(expected), historyValue(value)] },
      options,
      (done) => (answerOf(done).swapped ? 'ok' : 'fail'),
    );
    const { swapped, now } = answerOf(answered);
    return {
      kind: 'document',
      json: { schema: 'replab.cas/1', key: args.key, expected, swapped, value: now, ...json },
      note: () => lostNote(json.lost),
      exit: swapped ? exitCodes.ok : exitCodes.refused,
      text: (style) =>
        swapped
          ? writtenText(place, style)
          : `${style.caution('not swapped')}: ${args.key} ${now === null ? 'does not exist' : `is ${JSON.stringify(now)}`}`,
    };
  },
});

function answerOf({ result }: Placed): { readonly swapped: boolean; readonly now: string | null } {
  const [flagged, held] = itemsOf(result);
  return { swapped: numberOf(flagged) === 1, now: textOrNull(held) };
}

function wordsOf(
  words: readonly string[],
  { absent, delete: remove }: { readonly absent: boolean; readonly delete: boolean },
): { readonly expected: string | null; readonly value: string | null } {
  const wanted = [...(absent ? [] : ['EXPECTED']), ...(remove ? [] : ['NEW'])];
  if (words.length !== wanted.length) {
    const said = wanted.length === 0 ? 'nothing' : wanted.join(' and ');
    throw new ReplabError('usage', {
      command: 'cas',
      message: `After KEY comes ${said} here; ${words.length} given.`,
    });
  }
  const rest = words.map((word) => checkWord(word, 'value'));
  const expected = absent ? null : rest.shift()!;
  return { expected, value: remove ? null : rest[0]! };
}
