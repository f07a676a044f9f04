import { unreachable } from '../lib/assert.ts';

/**
 * Why a store cannot be opened.
 * - `foreign-store`: the files are not replab's, or belong to another disk.
 * - `corrupt`: they are replab's, and what they say cannot be.
 * - `unwritable`: the directory or a file cannot be made, read or written.
 * - `newer-schema`: a later replab wrote them.
 * - `locked`: another process has the store open.
 */
export type StoreErrorCode = 'foreign-store' | 'corrupt' | 'unwritable' | 'newer-schema' | 'locked';

/** `message` is for people: what, why, and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

const startAfresh = 'Start the cluster anew: replab down, then replab up.';

/** The sentence and code for what SQLite or the file system said about `file`; other errors as they are. */
export function explain(error: unknown, file: string): unknown {
  const why = error instanceof Error ? error.message : String(error);
  const kind = kindOf(error);
  if (kind === null) return error;
  switch (kind) {
    case 'locked':
      return new StoreError('locked', `Another process has ${file} open. Stop that node first.`, error);
    case 'corrupt':
      return new StoreError('corrupt', `${file} is damaged (${why}). ${startAfresh}`, error);
    case 'foreign':
      return new StoreError(
        'foreign-store',
        `${file} is no SQLite database, so it is not replab's. ${startAfresh}`,
        error,
      );
    case 'unwritable':
      return new StoreError(
        'unwritable',
        `${file} cannot be written (${why}). Check its rights and the space left.`,
        error,
      );
    default:
      return unreachable(kind);
  }
}

type Kind = 'locked' | 'corrupt' | 'foreign' | 'unwritable';

/** SQLite's primary result codes (sqlite.org/rescode.html), and the errno names of a failed mkdir. */
const kinds: Readonly<Record<string | number, Kind>> = {
  3: 'unwritable', // PERM
  5: 'locked', // BUSY
  8: 'unwritable', // READONLY
  10: 'unwritable', // IOERR
  11: 'corrupt', // CORRUPT
  13: 'unwritable', // FULL
  14: 'unwritable', // CANTOPEN
  26: 'foreign', // NOTADB
  EACCES: 'unwritable',
  EEXIST: 'unwritable',
  ENOSPC: 'unwritable',
  ENOTDIR: 'unwritable',
  EPERM: 'unwritable',
  EROFS: 'unwritable',
};

function kindOf(error: unknown): Kind | null {
  if (!(error instanceof Error)) return null;
  const { errcode, code } = error as { errcode?: number; code?: string };
  const name = errcode === undefined ? code : errcode & 0xff;
  return name === undefined ? null : (kinds[name] ?? null);
}

export function foreignStore(file: string, why: string): StoreError {
  return new StoreError('foreign-store', `${file} ${why}. ${startAfresh}`);
}

export function corruptStore(file: string, why: string): StoreError {
  return new StoreError('corrupt', `${file} is damaged: ${why}. ${startAfresh}`);
}
