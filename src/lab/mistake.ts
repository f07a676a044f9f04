import { ReplabError } from '../control/errors.ts';

/** Something in a lab's file that cannot be run as it stands. `expected` is a sentence. */
export function mistake(file: string, line: number, expected: string): ReplabError {
  return new ReplabError('bad-lab', { file, line, detail: expected });
}
