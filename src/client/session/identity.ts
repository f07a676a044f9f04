import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lockFile } from '../../control/dir-lock.ts';
import { ReplabError, unwritable } from '../../control/errors.ts';
import { makePrivateDir, paths } from '../../control/state-dir.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { SessionState } from './state.ts';
import { parseToken, seenIn, tokenOf, type SessionToken } from './token.ts';

/** What is kept of a user between commands, in the cluster's directory. */
export interface IdentityRecord {
  readonly state: SessionState;
  /** The process of its operations in the cluster's history; null before the first. */
  readonly process: number | null;
}

interface IdentityFile extends Omit<SessionState, 'seen'> {
  readonly schema: 'replab.session/1';
  readonly as: string;
  readonly process: number | null;
  readonly token: SessionToken;
}

/** A user's record, for whoever holds it: a session does one thing at a time. */
export interface HeldIdentity {
  /** Null: nobody of that name was here before. */
  readonly record: IdentityRecord | null;
  keep(record: IdentityRecord): void;
  clear(): void;
  release(): void;
}

export interface HoldOptions {
  readonly cluster: string;
  readonly mode: string;
  /** The cluster's directory. */
  readonly dir: string;
  readonly as: string;
  readonly withinMs: number;
  /** It is to be cleared, so that it need not be readable. */
  readonly unread?: true;
}

const lookAgainMs = 15;

/** Waits for other commands of the same user. `identity-busy` when they take too long, `session-unreadable`. */
export async function holdIdentity(options: HoldOptions): Promise<HeldIdentity> {
  const { cluster, mode, dir, as, withinMs } = options;
  const home = paths.sessions(dir);
  makePrivateDir(home);
  const lock = await takeLock(join(home, `${as}.lock`), options, performance.now() + withinMs);
  const path = join(home, `${as}.json`);
  try {
    return {
      record: options.unread ? null : readRecord(path, options),
      keep: ({ state, process }) => {
        const { seen, ...rest } = state;
        const token = tokenOf(cluster, mode, seen);
        writeWhole(path, { schema: 'replab.session/1', as, process, token, ...rest });
      },
      clear: () => rmSync(path, { force: true }),
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Looks without holding it. Null: there is nobody of that name. */
export function readIdentity(options: Omit<HoldOptions, 'withinMs'>): IdentityRecord | null {
  return readRecord(join(paths.sessions(options.dir), `${options.as}.json`), options);
}

async function takeLock(path: string, { cluster, as, withinMs }: HoldOptions, end: number) {
  for (;;) {
    const lock = lockFile(path);
    if (lock !== null) return lock;
    if (performance.now() > end) {
      throw new ReplabError('identity-busy', { cluster, as, within: formatDuration(withinMs) });
    }
    await wait(lookAgainMs);
  }
}

/** Never half a file under its name, whenever this is killed. */
function writeWhole(path: string, content: IdentityFile): void {
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function readRecord(
  path: string,
  { cluster, as }: Pick<HoldOptions, 'cluster' | 'as'>,
): IdentityRecord | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(cluster, as, (error as Error).message);
  }
  try {
    const { schema, as: _, process, token, ...rest } = JSON.parse(text) as IdentityFile;
    if (schema !== 'replab.session/1') throw new Error('its schema is not replab.session/1');
    if (typeof rest.client !== 'string' || !Number.isSafeInteger(rest.nextSeq))
      throw new Error('it does not say whose it is');
    const seen = seenIn(parseToken(JSON.stringify(token), 'it'), 'it');
    return { state: { ...rest, seen }, process };
  } catch (error) {
    throw unreadable(
      cluster,
      as,
      error instanceof ReplabError ? String(error.facts['detail']) : (error as Error).message,
    );
  }
}

function unreadable(cluster: string, as: string, detail: string): ReplabError {
  return new ReplabError('session-unreadable', { cluster, as, detail });
}
