import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { distrust, shortSocketDirs, socketFitsIn } from '../../control/state-dir.ts';
import type { Check, Finding, Machine } from './check.ts';

/** A name as long as people give them. */
const usualName = 'replication-lab';

export const stateDirectory: Check = {
  title: 'State directory',
  look: (machine) => [writable(machine.root), ...socketPath(machine)],
};

function writable(root: string): Finding {
  const there = nearestExisting(root);
  const trouble = (what: string): Finding => ({
    level: 'trouble',
    what,
    fix: 'Make it writable for you, or set XDG_STATE_HOME to a directory that is.',
  });
  if (!statSync(there).isDirectory()) return trouble(`${root} cannot be made: ${there} is no directory.`);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    return trouble(`${there} cannot be written to (${(error as NodeJS.ErrnoException).code}).`);
  }
  if (there !== root) return { level: 'ok', what: `${root} is not there yet and can be made.` };
  const reason = distrust(root);
  return reason === null
    ? { level: 'ok', what: `${root} is writable, and yours alone.` }
    : {
        level: 'note',
        what: `${root}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`,
        fix: `\`chmod 700 ${root}\`.`,
      };
}

function socketPath({ root, env }: Machine): readonly Finding[] {
  if (socketFitsIn(join(root, usualName))) return [];
  const unsafe = shortSocketDirs(env).flatMap((dir): Finding[] => {
    const reason = existsSync(dir) ? distrust(dir) : null;
    return reason === null
      ? []
      : [
          {
            level: 'trouble',
            what: `Control sockets would go to ${dir}, which cannot be trusted. ${reason}.`,
            fix: 'Make it yours with mode 0700, or remove it; or set XDG_STATE_HOME to a shorter path.',
          },
        ];
  });
  const first = shortSocketDirs(env)[0]!;
  return unsafe.length > 0
    ? unsafe
    : [{ level: 'note', what: `Its path is too long for control sockets; they go to ${first}.` }];
}

export function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
