import { describe, expect, test } from 'vitest';
import { commandHelp, generalHelp, helpWidth, widestHelp } from '../../src/cli/help.ts';
import { commandNames, commands } from '../../src/commands/commands.ts';
import { plain } from '../../src/commands/style.ts';
import { exitCodes } from '../../src/control/exit-codes.ts';

describe('help', () => {
  test('names every command with its summary, every exit code, and how to begin', async () => {
    const text = await generalHelp(plain, widestHelp);
    for (const name of commandNames) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^  ${code} +[a-z]`, 'm'));
    expect(text).toContain('replab up');
  });

  test.for(commandNames)('%s: everything it takes, with examples', async (name) => {
    const command = await commands[name].load();
    const text = commandHelp(command, plain, widestHelp);
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

  test.for(commandNames)('%s: no line is wider than the terminal, or than one can read', async (name) => {
    const command = await commands[name].load();
    // What is to be typed stays on one line.
    const typed = command.examples.map(({ run }) => `  ${run}`);
    for (const columns of [80, 200]) {
      const lines = commandHelp(command, plain, helpWidth(columns)).split('\n').slice(1);
      const wide = lines.filter((line) => line.length > Math.min(columns, widestHelp));
      expect(wide.filter((line) => !typed.includes(line))).toEqual([]);
    }
  });

  test('is as wide as the terminal, within reason; where there is none, as wide as it gets', () => {
    expect([undefined, 0, 20, 80, 300].map(helpWidth)).toEqual([96, 96, 40, 80, 96]);
  });
});

/** Without line breaks and indents. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
