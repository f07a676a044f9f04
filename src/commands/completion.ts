import { defineCommand } from './command.ts';
import { fixed } from './completes.ts';
import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { zsh } from './completion/zsh.ts';
import { completing, required, notOneOf } from './params.ts';

const scripts = { bash, zsh, fish } as const;
type Shell = keyof typeof scripts;

export const completion = defineCommand({
  name: 'completion',
  summary:
    'print a script that teaches a shell to complete replab: commands, options, nodes, faults, clusters',
  notes: [
    'The script asks replab at every tab; that looks at files alone, and starts nothing.',
    'For good: bash reads ~/.local/share/bash-completion/completions/replab, zsh a file _replab in a directory of $fpath, fish ~/.config/fish/completions/replab.fish.',
  ],
  args: {
    shell: completing(fixed(...Object.keys(scripts)), required('SHELL', 'bash, zsh or fish', parseShell)),
  },
  options: {},
  examples: [
    { run: 'replab completion bash', does: 'try it: `source <(replab completion bash)`; zsh alike' },
    { run: 'replab completion fish', does: 'try it: `replab completion fish | source`' },
  ],
  run: (_context, { args: { shell } }) =>
    Promise.resolve({
      kind: 'document',
      json: { schema: 'replab.completion/1', shell, script: scripts[shell] },
      text: () => scripts[shell].trimEnd(),
    }),
});

function parseShell(text: string): Shell {
  if (!Object.hasOwn(scripts, text)) throw notOneOf(Object.keys(scripts));
  return text as Shell;
}
