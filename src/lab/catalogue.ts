import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { labNames, ownLabs } from '../commands/lab-names.ts';
import { ReplabError } from '../control/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Lab } from './lab.ts';
import { mistake } from './mistake.ts';
import { readLab } from './read-lab.ts';

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** A sentence; null for a name that can be one. It becomes part of a cluster's. */
export function labNameFault(name: string): string | null {
  return namePattern.test(name) ? null : 'The name of a lab is small letters, digits and dashes, at most 40.';
}

/** One lab: by its name in the folder, or by the path of its file. Throws `no-such-lab`, `bad-lab`. */
export function openLab(dir: string, asked: string): Lab {
  if (asked.endsWith('.md')) return readFrom(resolve(asked), asked);
  const names = labNames(dir);
  if (names.includes(asked)) return readFrom(join(dir, `${asked}.md`), asked);
  const meant = nearest(asked, names);
  throw new ReplabError('no-such-lab', { lab: asked, dir: fileText(dir), meant });
}

/** All labs of a folder, in the order of the notes; those of one line by `order`; those that show no line of them last. */
export function openAll(dir: string): readonly Lab[] {
  return labNames(dir)
    .map((name) => readFrom(join(dir, `${name}.md`), name))
    .toSorted(
      (a, b) =>
        compareRefs(a.front.notes[0] ?? '99', b.front.notes[0] ?? '99') ||
        a.front.order - b.front.order ||
        (a.name < b.name ? -1 : 1),
    );
}

/** It comes with replab: its name alone is enough to find it again. */
export function isOwn({ file }: Lab): boolean {
  return dirname(resolve(file)) === resolve(ownLabs());
}

/** `1.9` before `1.10`. */
export function compareRefs(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = x.findIndex((number, i) => number !== y[i]);
  if (at < 0) return x.length - y.length;
  return at >= y.length ? 1 : x[at]! - y[at]!;
}

function readFrom(path: string, asked: string): Lab {
  const name = basename(path, '.md');
  const fault = labNameFault(name);
  if (fault !== null) throw mistake(fileText(path), 1, fault);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ReplabError('no-such-lab', { lab: asked, dir: fileText(path), meant: null });
  }
  return readLab(name, fileText(path), text);
}

/** From here, when it is below: what people and GitHub can click. */
function fileText(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
