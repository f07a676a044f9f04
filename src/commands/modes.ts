import { modes as table, findMode } from '../protocol/modes.ts';
import type { Mode } from '../protocol/protocol.ts';
import { ReplabError } from '../control/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { defineCommand } from './command.ts';
import { fixed } from './completes.ts';
import { completing, optional } from './params.ts';
import type { Style } from './style.ts';

export const modes = defineCommand({
  name: 'modes',
  summary: 'the replication protocols there are, with their settings',
  args: { mode: completing(fixed(...table.map(({ name }) => name)), optional('MODE', 'that one alone')) },
  options: {},
  examples: [
    { run: 'replab modes', does: 'what `up --mode` takes' },
    { run: 'replab modes single-leader', does: 'its settings' },
  ],
  run(_context, { args: { mode } }) {
    const chosen = mode === null ? table : [modeNamed(mode)];
    return Promise.resolve({
      kind: 'document',
      json: { schema: 'replab.modes/1', modes: chosen.map(jsonOf) },
      text: (style) => chosen.map((one) => textOf(one, style)).join('\n\n'),
    });
  },
});

function modeNamed(name: string): Mode {
  const mode = findMode(name);
  if (mode !== null) return mode;
  const names = table.map((one) => one.name);
  const meant = nearest(name, names);
  throw new ReplabError('usage', {
    command: 'modes',
    message: `There is no mode ${JSON.stringify(name)}, but ${names.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
  });
}

function jsonOf({ name, summary, options }: Mode) {
  return {
    name,
    summary,
    settings: options.map((option) => ({
      name: option.name,
      placeholder: option.placeholder,
      summary: option.summary,
      fallback: option.fallback,
      live: option.live,
    })),
  };
}

function textOf({ name, summary, options }: Mode, style: Style): string {
  const settings = options.map((option) => {
    const when = option.live ? 'up and set' : 'up only';
    return `  --${option.name} ${option.placeholder}\n      ${option.summary} (default ${option.fallback}; ${when})`;
  });
  return [`${style.bold(name)}: ${summary}`, ...settings].join('\n');
}
