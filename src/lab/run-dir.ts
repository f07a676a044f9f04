import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labPlaces, placeRecord, stateOfPlace } from '../control/lab-places.ts';
import { identify, type ProcessIdentity } from '../control/process-identity.ts';
import { unwritable } from '../control/errors.ts';
import { makePrivateDir, paths } from '../control/state-dir.ts';
import type { Lab } from './lab.ts';

/** A run's own place: the state directory of its cluster, and later what happened in it. */
export interface RunDir {
  readonly dir: string;
  readonly cluster: string;
  /** The state directory in it: `XDG_STATE_HOME=DIR replab status` looks at it from elsewhere. */
  readonly root: string;
  /** Of the cluster, while it is up: events, histories and logs, into the run's directory. */
  collect(): void;
  write(name: string, text: string): void;
  /** The run is over; its place stays. */
  keep(): void;
  remove(): void;
}

/** Throws `state-unwritable`, `disk-full`. */
export function makeRunDir(root: string, lab: Lab, about: Readonly<Record<string, unknown>>): RunDir {
  const id = randomBytes(2).toString('hex');
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, '')
    .replace('T', '-');
  const name = `${lab.name}-${stamp}-${id}`;
  const cluster = `lab-${lab.name}-${id}`;
  const dir = join(labPlaces(root), name);
  const record = (where: string, runner: ProcessIdentity | null): void =>
    write(where, placeRecord, `${JSON.stringify({ ...about, cluster, runner }, null, 2)}\n`);
  // Whoever sees it sees whose it is: others remove places without a runner.
  const unseen = join(labPlaces(root), `.${name}`);
  makePrivateDir(stateOfPlace(unseen));
  record(unseen, identify(process.pid));
  renameSync(unseen, dir);
  const state = stateOfPlace(dir);
  return {
    dir,
    cluster,
    root: state,
    write: (file, text) => write(dir, file, text),
    collect() {
      const from = join(state, cluster);
      copy(paths.events(from), join(dir, 'events.ndjson'));
      copy(join(from, 'history'), join(dir, 'history'));
      copy(join(from, 'logs'), join(dir, 'logs'));
      copy(paths.saved(from), join(dir, 'saved'));
    },
    keep: () => record(dir, null),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function write(dir: string, name: string, text: string): void {
  const path = join(dir, name);
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function copy(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(from, to, { recursive: true });
}
