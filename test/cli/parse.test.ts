import { describe, expect, test } from 'vitest';
import { parseWords } from '../../src/cli/parse.ts';
import { commands, type CommandName } from '../../src/commands/commands.ts';
import { ReplabError } from '../../src/control/errors.ts';

async function parse(name: CommandName, ...words: readonly string[]) {
  return parseWords(await commands[name].load(), words);
}

async function mistake(name: CommandName, ...words: readonly string[]): Promise<string> {
  try {
    await parse(name, ...words);
  } catch (error) {
    if (error instanceof ReplabError && error.code === 'usage') {
      expect(error.facts['command']).toBe(name);
      return String(error.facts['message']);
    }
    throw error;
  }
  throw new Error('it was understood');
}

describe('arguments and options', () => {
  test('in any order, with what was left out', async () => {
    const { input, globals } = await parse('put', '-c', 't1', 'x', '--at', 'n2', '1', '--json');
    expect(input).toMatchObject({ args: { key: 'x', value: '1' }, options: { file: null, at: 'n2' } });
    expect(globals).toEqual({ cluster: 't1', json: '' });
  });

  test('several words for one argument', async () => {
    expect((await parse('del', 'x', 'y', 'z')).input.args).toEqual({ keys: ['x', 'y', 'z'] });
    expect((await parse('wait', 'caught-up')).input.args).toEqual({ condition: 'caught-up', nodes: [] });
  });

  test('what begins with a dash, after --', async () => {
    expect((await parse('put', '--', '-k', '--json')).input.args).toEqual({ key: '-k', value: '--json' });
    expect((await parse('incr', '--', 'x', '-5')).input.args).toEqual({ key: 'x', by: '-5' });
  });

  test('a dash alone, an empty word and spaces are words', async () => {
    expect((await parse('put', 'x', '-')).input.args).toEqual({ key: 'x', value: '-' });
    expect((await parse('put', 'a b', '')).input.args).toEqual({ key: 'a b', value: '' });
  });

  test('what belongs to another command line stays as it is', async () => {
    const words = async (...line: readonly string[]) =>
      (await parse('expect-exit', ...line)).input.args['words'];
    expect(await words('8', 'put', 'x', '1', '--at', 'n2')).toEqual(['put', 'x', '1', '--at', 'n2']);
    expect(await words('8', '--', 'put', '--', '-k', '1')).toEqual(['--', 'put', '--', '-k', '1']);
    const { globals } = await parse('expect-exit', '--json', '8', 'put', 'x', '1', '--timeout', '1s');
    expect(globals).toEqual({ json: '' });
  });

  test('flags, durations and numbers arrive as what they are', async () => {
    expect((await parse('expect', 'true', '--within', '1.5s')).input.options).toMatchObject({ within: 1500 });
    expect((await parse('promote', 'n2', '--force')).input.options).toEqual({ shard: null, force: true });
    expect((await parse('events', '--after', '7')).input.options).toMatchObject({ after: 7, follow: false });
    expect((await parse('log', '--after', '2@n1/30')).input.options).toMatchObject({
      after: 30,
      limit: null,
    });
  });

  test('up takes the options of every mode', async () => {
    const { input } = await parse('up', '--nodes', '5', '--sync', 'majority', '--on-sync-lost', 'degrade');
    expect(input.options).toMatchObject({
      nodes: 5,
      mode: null,
      sync: 'majority',
      'on-sync-lost': 'degrade',
      ack: null,
      foreground: false,
    });
  });
});

describe('mistakes', () => {
  test.for([
    [['put'], /KEY is missing/],
    [['get', 'x', 'y'], /get takes KEY and no more; given: x, y/],
    [['status', '--jsn'], /There is no option --jsn\. Did you mean --json\?$/],
    [['up', '--nodes'], /--nodes is followed by N/],
    [['up', '--nodes', 'three'], /^--nodes is "three"; expected a whole number from 1 to 64\.$/],
    [['up', '--nodes', '0'], /expected a whole number from 1 to 64/],
    [['up', '--mode', 'solo'], /^--mode is "solo"; expected single-leader/],
    [['expect', 'true', '--within', '5'], /^--within is "5"; expected a duration such as/],
    [['wait', 'forever'], /^CONDITION is "forever"; expected one of caught-up, leader/],
    [['log', '--after', 'x'], /expected an index such as 12, or a position/],
    [['incr', 'x', 'much'], /^BY is "much"; expected a whole number of 64 bits/],
    [['events', '--after=-1'], /expected a whole number, 0 or more/],
  ] as const)('%j', async ([[name, ...words], message]) => {
    expect(await mistake(name, ...words)).toMatch(message);
  });
});
