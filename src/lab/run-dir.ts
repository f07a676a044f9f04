import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../control/process-identity.ts';
import { unwritable } from '../control/errors.ts';
import { makePrivateDir, paths } from '../control/state-dir.ts';
import type { Lab } from './lab.ts';

/** Where runs of labs are, in the user's state directory: no cluster has such a name. */
const runsName = '.labs';

/** A run's own place: the state directory of its cluster, and later what happened in it. */
export interface RunDir {
  readonly dir: string;
  readonly cluster: string;
  /** The state directory in it: `XDG_STATE_HOME=DIR replab status` looks at it from elsewhere. */
  readonly root: string;
  /** Of the cluster, while it is up: events, histories and logs, into the run's directory. */
  collect(): void;
  write(name: string, text: string): void;
  remove(): void;
}

/** Throws `state-unwritable`, `disk-full`. */
export function makeRunDir(root: string, lab: Lab, record: Readonly<Record<string, unknown>>): RunDir {
  const id = randomBytes(2).toString('hex');
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, '')
    .replace('T', '-');
  const dir = join(root, runsName, `${lab.name}-${stamp}-${id}`);
  const state = join(dir, 'replab');
  const cluster = `lab-${lab.name}-${id}`;
  makePrivateDir(state);
  const write = (name: string, text: string): void => {
    try {
      writeFileSync(join(dir, name), text, { mode: 0o600 });
    } catch (error) {
      throw unwritable(join(dir, name), error);
    }
  };
  write('run.json', `${JSON.stringify({ ...record, cluster, runner: identify(process.pid) }, null, 2)}\n`);
  return {
    dir,
    cluster,
    root: state,
    write,
    collect() {
      const from = join(state, cluster);
      copy(paths.events(from), join(dir, 'events.ndjson'));
      copy(join(from, 'history'), join(dir, 'history'));
      copy(join(from, 'logs'), join(dir, 'logs'));
      copy(paths.saved(from), join(dir, 'saved'));
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function copy(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(from, to, { recursive: true });
}
