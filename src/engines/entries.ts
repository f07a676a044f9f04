import { fileURLToPath } from 'node:url';

const sources = {
  node: '../node/main.ts',
  supervisor: '../supervisor/main.ts',
  reaper: '../supervisor/reaper.ts',
  load: '../load/main.ts',
} as const;

/**
 * The file a process of ours starts with: beside the bundle, or the source, which Node runs as it is (it
 * strips the types, and there is no syntax in it but types to strip).
 */
export function entryFile(name: keyof typeof sources): string {
  const file = import.meta.url.endsWith('.ts') ? sources[name] : `./${name}.js`;
  return fileURLToPath(new URL(file, import.meta.url));
}
