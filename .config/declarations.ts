/**
 * Writes dist/types/: the declarations that `import … from 'replab'` reaches, and no others. Made by the install,
 * as dist/ is; unlike that, running does not need them, so that a build stays quick.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
const scratch = mkdtempSync(join(tmpdir(), 'replab-types-'));

try {
  const project = join(root, '.config/tsconfig.library.json');
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', project, '--outDir', scratch],
    {
      stdio: 'inherit',
    },
  );
  rmSync(types, { recursive: true, force: true });
  copyReached('library/index.d.ts', new Set());
} finally {
  rmSync(scratch, { recursive: true });
}

function copyReached(path: string, done: Set<string>): void {
  if (done.has(path)) return;
  done.add(path);
  const text = readFileSync(join(scratch, path), 'utf8');
  for (const [, target] of text.matchAll(/\b(?:from|import\() ?['"](\.[^'"]+)\.ts['"]/g)) {
    copyReached(`${posix.join(posix.dirname(path), target!)}.d.ts`, done);
  }
  mkdirSync(dirname(join(types, path)), { recursive: true });
  writeFileSync(join(types, path), text.replaceAll(/(['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
}
