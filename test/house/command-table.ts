import { commandNames, commands, groups } from '../../src/commands/commands.ts';

/** The README's table of commands, from their own summaries. */
export async function commandTable(): Promise<string> {
  const rows = await Promise.all(
    commandNames.map(async (name) => {
      const { summary } = await commands[name].load();
      return { group: commands[name].group, name, summary };
    }),
  );
  const sections = Object.entries(groups).map(([group, title]) => {
    const lines = rows
      .filter((row) => row.group === group)
      .map(({ name, summary }) => `| \`${name}\` | ${summary.replaceAll('|', String.raw`\|`)} |`);
    return [`| **${title}** | |`, ...lines].join('\n');
  });
  return ['| command | does |', '| --- | --- |', ...sections].join('\n');
}

/** The text with what stands between `<!-- name:begin -->` and `<!-- name:end -->` replaced. */
export function withBlock(text: string, name: string, block: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no block called ${name}`);
  return `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`;
}
