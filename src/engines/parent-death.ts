import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The command that runs another one so that the kernel kills it when its parent dies, whatever it does then
 * (a stopped process cannot see its IPC channel close); null where there is none, and the reaper must do it.
 * `setpriv` (util-linux) becomes the program it runs: same pid. The signal is tied to the thread that spawned.
 */
export function parentDeathCommand(env: NodeJS.ProcessEnv = process.env): readonly string[] | null {
  if (process.platform !== 'linux' || env.REPLAB_NO_PDEATHSIG === '1') return null;
  const setpriv = (env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'setpriv'))
    .find(isExecutable);
  return setpriv === undefined ? null : [setpriv, '--pdeathsig', 'KILL', '--'];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
