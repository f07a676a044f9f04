import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { ReplabError } from '../../control/errors.ts';
import { identify, markVariable } from '../../control/process-identity.ts';
import { copyDisk, loseUnsynced, syncDisk } from '../../store/disk-files.ts';
import type { Engine } from '../engine.ts';
import { entryFile } from '../entries.ts';
import { parentDeathCommand } from '../parent-death.ts';
import { ReplabProcess } from './process.ts';

/** What a node allocates dies young: a small nursery is enough, and is collected before it is resident. */
const nodeFlags = ['--max-semi-space-size=4'];

/** The built-in nodes: one Node.js process each, spoken to over its IPC channel. */
export const replabEngine: Engine = {
  name: 'replab',
  summary: 'built in: a process and an SQLite store per node',
  disk: { copy: copyDisk, sync: syncDisk, loseUnsynced },
  start({ node, logFile, mark, onTrace }) {
    const log = openSync(logFile, 'a', 0o600);
    try {
      const logStart = fstatSync(log).size;
      const wrapper = parentDeathCommand() ?? [];
      const [command, ...args] = [...wrapper, process.execPath, ...nodeFlags, entryFile('node')] as const;
      // Not execa: a node lives on its IPC channel, not on a promise of its result.
      const child = spawn(command, args, {
        stdio: ['ignore', log, log, 'ipc'],
        env: { ...process.env, [markVariable]: mark },
        // Plain JSON lines; the structured clone of `advanced` would cost more than it carries here.
        serialization: 'json',
      });
      // Without a listener, a program that cannot be run would end the supervisor; `pid` says it as well.
      child.on('error', () => {});
      const identity = child.pid === undefined ? null : identify(child.pid);
      if (identity === null) {
        child.kill('SIGKILL');
        throw new ReplabError('node-failed', { node, detail: `${command} could not be started` });
      }
      return new ReplabProcess(child, identity, { logFile, logStart, onTrace });
    } finally {
      closeSync(log);
    }
  },
};
