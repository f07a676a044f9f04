import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ReplabError } from '../control/errors.ts';

/** In a folder of labs, what is none. */
const others = ['README.md', 'notes.md'];

/** The labs that come with replab: beside `dist/`, or beside `src/` where this runs from source. */
export function ownLabs(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../labs' : '../labs';
  return fileURLToPath(new URL(up, import.meta.url));
}

/** Names of the labs in a folder. Throws `no-labs` when it cannot be read. */
export function labNames(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.endsWith('.md') && !others.includes(file))
      .map((file) => file.slice(0, -'.md'.length))
      .toSorted();
  } catch (error) {
    throw new ReplabError('no-labs', { dir, detail: (error as NodeJS.ErrnoException).code ?? '' });
  }
}
