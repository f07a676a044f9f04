import { existsSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { paths, shortSocketDirs } from '../../control/state-dir.ts';
import type { Check, Finding, Machine } from './check.ts';

/** Sockets that nobody listens on, in the clusters' directories and where too long ones go. */
export const sockets: Check = {
  title: 'Sockets',
  async look(machine) {
    const dead: string[] = [];
    for (const path of socketsOf(machine)) if (await isDead(path)) dead.push(path);
    if (dead.length === 0) return [{ level: 'ok', what: 'None is stale.' }];
    return dead.map((path): Finding => ({
      level: 'left',
      what: `Nobody listens on ${path}.`,
      remove: () => rmSync(path, { force: true }),
    }));
  },
};

function socketsOf({ root, env }: Machine): readonly string[] {
  const own = entries(root).map((name) => paths.socket(join(root, name)));
  const short = shortSocketDirs(env).flatMap((dir) =>
    entries(dir)
      .filter((name) => /^[0-9a-f]{8}\.sock$/.test(name))
      .map((name) => join(dir, name)),
  );
  return [...own.filter((path) => existsSync(path)), ...short];
}

function entries(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** The kernel refuses where nobody listens. Anything else is not certain, so it is left alone. */
async function isDead(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(false));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  const isRefused = await promise;
  socket.destroy();
  return isRefused;
}
