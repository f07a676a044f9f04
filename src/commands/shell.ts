import { onlyCluster } from '../control/attach.ts';
import { ReplabError } from '../control/errors.ts';
import { defineCommand, type Context } from './command.ts';
import { flag } from './params.ts';

export const shell = defineCommand({
  name: 'shell',
  summary: 'a prompt for replab commands, without the word replab: history, tab completion, no start-up',
  notes: [
    'Lines are words as in sh (quotes, backslashes, # comments), and nothing is expanded; `! put x 1` succeeds when the command fails. `exit`, Ctrl-D leave; Ctrl-C ends the command that runs and keeps the shell. The history is kept in the state directory; a line that begins with a blank is not.',
    'When standard input is no terminal its lines are run one after another, up to the first that fails: the shell ends with its exit code. --keep-going runs them all, and then ends with that code.',
    'Options of every command (-c, --json, --timeout) are passed on to each line that has not its own.',
  ],
  args: {},
  options: { 'keep-going': flag('run all lines of a script, whatever fails') },
  examples: [
    { run: "printf 'put x 2\\nget x\\n' | replab shell", does: 'a script, in one process' },
    { run: 'replab shell < /dev/null', does: 'at a terminal: a prompt' },
  ],
  ofOthers: true,
  run: (context, { options }) =>
    Promise.resolve({ kind: 'shell', keepGoing: options['keep-going'], prompt: promptOf(context) }),
});

/** The cluster lines are about; none, or several, are no reason not to open. */
function promptOf({ cluster, root }: Context): string {
  try {
    return cluster ?? onlyCluster(root);
  } catch (error) {
    if (error instanceof ReplabError) return 'replab';
    throw error;
  }
}
