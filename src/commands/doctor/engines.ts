import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Check, Finding } from './check.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The server of each, as it may be called. */
const servers = {
  redis: ['redis-server', 'valkey-server'],
  postgres: ['postgres'],
  mariadb: ['mariadbd', 'mysqld'],
  etcd: ['etcd'],
} as const;

/** Not on everybody's path, though packages put servers there. */
const otherDirs = ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

export const engines: Check = {
  title: 'Engines',
  look: ({ env }) => [
    { level: 'ok', what: 'replab, the built-in one, needs nothing else.' },
    ...Object.entries(servers).map(([engine, names]): Finding => {
      const path = find(names, env);
      return {
        level: 'note',
        what: path === null ? `${engine} is not installed.` : `${engine} is installed: ${path}.`,
      };
    }),
  ],
};

function find(names: readonly string[], env: Env): string | null {
  const dirs = [...(env['PATH'] ?? '').split(delimiter), ...otherDirs, ...postgresDirs()];
  const paths = dirs.filter((dir) => dir !== '').flatMap((dir) => names.map((name) => join(dir, name)));
  return paths.find(isExecutable) ?? null;
}

/** Debian's: a directory for each major version, none of them on the path. */
function postgresDirs(): readonly string[] {
  const base = '/usr/lib/postgresql';
  try {
    return readdirSync(base)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(base, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
