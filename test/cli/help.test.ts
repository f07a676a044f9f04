import { describe, expect, test } from 'vitest';
import { commandHelp, generalHelp } from '../../src/cli/help.ts';
import { commandNames, commands } from '../../src/commands/commands.ts';
import { plain } from '../../src/commands/style.ts';
import { exitCodes } from '../../src/control/exit-codes.ts';

describe('help', () => {
  test('names every command with its summary, every exit code, and how to begin', async () => {
    const text = await generalHelp(plain);
    for (const name of commandNames) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^  ${code} +[a-z]`, 'm'));
    expect(text).toContain('replab up');
  });

  test.for(commandNames)('%s: everything it takes, with examples', async (name) => {
    const command = await commands[name].load();
    const text = commandHelp(command, plain);
    for (const { placeholder, summary } of Object.values(command.args)) {
      expect(text).toContain(`  ${placeholder}`);
      expect(words(text)).toContain(words(summary));
    }
    for (const [option, { summary }] of Object.entries(command.options)) {
      expect(text).toContain(`  --${option}`);
      expect(words(text)).toContain(words(summary));
    }
    for (const { run } of command.examples) expect(text).toContain(`  ${run}\n`);
    expect(text).toContain('--timeout DURATION');
  });

  test.for(commandNames)('%s: no line is wider than a screen', async (name) => {
    const text = commandHelp(await commands[name].load(), plain);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

/** Without line breaks and indents. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
