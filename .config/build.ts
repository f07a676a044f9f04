/**
 * Bundles src/ into dist/: one file per process, and chunks that they share. Lazy imports stay lazy, so that
 * a process reads only what it uses. Dependencies are bundled too: zod and jsonata load in half the time that
 * way. What did not change is not written again, and what did is renamed into place, so that building the same
 * code twice does not disturb a cluster that runs from dist/.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Name in dist/ → the module each process starts with. */
const entries = {
  cli: 'src/cli/main.ts',
  library: 'src/library/index.ts',
  supervisor: 'src/supervisor/main.ts',
  reaper: 'src/supervisor/reaper.ts',
  load: 'src/load/main.ts',
  proxy: 'src/proxy/worker.ts',
  sim: 'src/sim/worker.ts',
  check: 'src/commands/check-worker.ts',
  node: 'src/node/main.ts',
};

/**
 * `require('assert')` in a CommonJS package cannot stay as it is in an ES module, which has no `require`: it
 * becomes an import.
 */
const builtinsOfCommonJs: Plugin = {
  name: 'builtins-of-commonjs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z/_]+$/ }, ({ path, kind }) =>
      kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `export * from 'node:${path}'; export { default } from 'node:${path}';`,
    }));
  },
};

// esbuild has said what is wrong.
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  bundle: true,
  splitting: true,
  // Flat, so that `new URL('./node.js', import.meta.url)` holds wherever a module ends up.
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // React picks its code by it: the other half is left out.
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink's developer tools ask for it, when they are asked for; nobody has it.
  external: ['react-devtools-core'],
  plugins: [builtinsOfCommonJs],
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
  write: false,
}).catch(() => process.exit(1));

mkdirSync(dist, { recursive: true });
for (const { path, contents } of outputFiles) replace(path, contents);
replace(join(dist, 'licenses.txt'), Buffer.from(licensesOf(Object.keys(metafile.inputs))));
const built = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of readdirSync(dist)) {
  if (name.endsWith('.js') && !built.has(name)) rmSync(join(dist, name));
}

function replace(path: string, contents: Uint8Array): void {
  if (sameAs(path, contents)) return;
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** The licences of the packages among `inputs`: who copies their code must hand them on. */
function licensesOf(inputs: readonly string[]): string {
  const packages = inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const texts = [...new Set(packages)].toSorted().map((path) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, path, 'package.json'), 'utf8'),
    ) as Record<string, string>;
    const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.join('\n----\n\n');
}

function sameAs(path: string, contents: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}
