import { describe, expect, test } from 'vitest';
import { commandNames, commands, groups } from '../../src/commands/commands.ts';
import { changing, others, writing } from './changing.ts';

describe.for(commandNames)('%s', (name) => {
  test('is the command its row says, in a group there is', async () => {
    expect((await commands[name].load()).name).toBe(name);
    expect(Object.keys(groups)).toContain(commands[name].group);
  });

  test('says in one line what it does, and shows it', async () => {
    const { summary, examples } = await commands[name].load();
    expect(summary).toMatch(/^[a-z][^\n]{10,140}[^.]$/);
    expect(examples.length).toBeGreaterThan(0);
    for (const { run } of examples) expect(run).toMatch(new RegExp(`(^|\\| )replab ${name}\\b`));
  });

  test('takes arguments that can be told apart: needed ones first, several last', async () => {
    const { args, options } = await commands[name].load();
    const all = Object.values(args);
    const firstOptional = all.findIndex(({ required }) => !required);
    expect(all.slice(firstOptional < 0 ? all.length : firstOptional).every(({ required }) => !required)).toBe(
      true,
    );
    expect(all.slice(0, -1).some(({ several }) => several)).toBe(false);
    for (const option of Object.keys(options)) {
      expect(option).toMatch(/^[a-z][a-z-]*$/);
      expect(['cluster', 'json', 'timeout', 'quiet', 'help']).not.toContain(option);
    }
  });

  test('its options have a value when they are left out', async () => {
    const { options } = await commands[name].load();
    for (const { parse } of Object.values(options)) expect(parse(undefined)).not.toBeUndefined();
  });
});

test('(e)8: every command changes a cluster, or keys, or nothing: what it is decides what it answers with', () => {
  const named = changing.map(([line]) => line.split(' ')[0]!);
  expect(new Set([...named, ...writing, ...others])).toEqual(new Set(commandNames));
});
