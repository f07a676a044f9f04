import { ReplabError, unwritable } from '../control/errors.ts';
import { StoreError } from '../store/store-error.ts';

interface DiskFacts {
  readonly cluster: string;
  readonly node: string;
  /** What was to be written. */
  readonly path: string;
}

/** SQLITE_FULL. */
const sqliteFull = 13;

/** Why a disk could not be copied or made, as people are told; other errors as they are. */
export function whyNotDone(error: unknown, { path, ...facts }: DiskFacts): unknown {
  if (error instanceof StoreError) {
    const { errcode } = (error.cause ?? {}) as { readonly errcode?: number };
    const code = errcode === sqliteFull ? 'disk-full' : 'store-unusable';
    return new ReplabError(code, { ...facts, path, detail: error.message }, { cause: error });
  }
  const isFromSystem = error instanceof Error && 'syscall' in error;
  return isFromSystem ? unwritable(path, error) : error;
}
