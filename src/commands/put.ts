import { readFile } from 'node:fs/promises';
import { ReplabError } from '../control/errors.ts';
import { maxKeyBytes, maxValueBytes } from '../protocol/limits.ts';
import { defineCommand, type Context } from './command.ts';
import { historyValue } from '../client/manual-history.ts';
import { checkWord, lostNote, valueOfBytes, writeKeys, writeOptions, writtenText } from './key-value.ts';
import { files } from './completes.ts';
import { completing, optional, required, text } from './params.ts';

export const put = defineCommand({
  name: 'put',
  summary: 'set a key; says where in the log the write is and how many replicas hold it',
  notes: [
    'The client finds the leader by itself. Exit 8: refused, it did not happen. Exit 9: nobody answered in time, or too few replicas did; it may have happened, or may yet.',
    `Keys and values are text: a key of at most ${maxKeyBytes / 1024} KiB, a value of at most ${maxValueBytes / 1024 / 1024} MiB (quotes and line breaks count twice). What is larger is refused, exit 8.`,
    'A key or a value that begins with a dash goes after `--`. `-` reads the value from standard input, as it is.',
  ],
  args: {
    key: required('KEY', 'text', (word) => checkWord(word, 'key')),
    value: optional('VALUE', 'text; - for standard input'),
  },
  options: { file: completing(files, text('PATH', 'take the value from a file, as it is')), ...writeOptions },
  examples: [
    { run: 'replab put x 1', does: 'x is 1' },
    { run: 'replab put -- -dash "two words"', does: 'a key with a dash' },
    { run: 'echo hello | replab put greeting -', does: 'a value from standard input' },
    {
      run: 'replab put x 3 --region ap',
      does: 'by a client in ap: there and back to the leader takes that long',
    },
    { run: 'replab put x 3 --as alice', does: 'as alice, whose session it is' },
    { run: 'replab put x 2 --at @leader', does: 'at the node that leads now, and no other' },
  ],
  async run(context, { args, options }) {
    const value = await valueFor(context, args.value, options.file);
    const { json, place } = await writeKeys(
      context,
      ['RL.PUT', args.key, value],
      { f: 'write', key: args.key, value: historyValue(value) },
      options,
    );
    return {
      kind: 'document',
      json: { schema: 'replab.put/1', key: args.key, ...json },
      text: (style) => writtenText(place, style),
      note: () => lostNote(json.lost),
    };
  },
});

async function valueFor(context: Context, word: string | null, file: string | null): Promise<string> {
  if (file !== null && word !== null) throw usage('Give the value or --file, not both.');
  if (file !== null) return valueOfBytes(await readValue(file), file);
  if (word === null) throw usage('There is no value: give one, --file PATH, or - for standard input.');
  return word === '-' ? valueOfBytes(await context.stdin(), 'Standard input') : checkWord(word, 'value');
}

async function readValue(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw usage(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`);
  }
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'put', message });
}
