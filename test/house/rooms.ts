import { posix } from 'node:path';

interface Room {
  /** Rooms it may import. */
  readonly from: readonly string[];
  /** Packages it may import. */
  readonly packages?: readonly string[];
  /** Pure: no platform, clock, timer or chance. It imports pure rooms only. */
  readonly pure?: true;
}

const pureRooms = ['lib', 'protocol', 'cluster', 'faults'];

/**
 * The rooms of src/, top to bottom, and what each may import. Read this table as the architecture: imports go
 * downward only, so every room is listed above all rooms it may import.
 */
export const rooms: Readonly<Record<string, Room>> = {
  library: { from: ['cli', 'commands', 'client', 'control', 'cluster', 'protocol', 'lib'] },
  cli: { from: ['tui', 'lab', 'commands', 'control', 'lib'], packages: ['commander', 'chalk'] },
  tui: {
    from: ['lab', 'commands', 'client', 'control', ...pureRooms],
    packages: ['chalk', 'ink', 'react', 'string-width'],
  },
  lab: { from: ['commands', 'client', 'control', ...pureRooms], packages: ['marked', 'yaml'] },
  commands: {
    from: [
      'supervisor',
      'load',
      'client',
      'control',
      'sim',
      'checkers',
      'workloads',
      'history',
      ...pureRooms,
    ],
  },
  supervisor: { from: ['engines', 'control', 'proxy', 'node', ...pureRooms] },
  load: { from: ['client', 'control', 'checkers', 'workloads', 'history', ...pureRooms] },
  engines: { from: ['control', 'node', 'store', ...pureRooms] },
  client: { from: ['control', 'node', 'history', ...pureRooms], packages: ['jsonata', 'zod'] },
  control: { from: pureRooms },
  proxy: { from: ['node', ...pureRooms] },
  node: { from: ['store', ...pureRooms] },
  store: { from: pureRooms },
  sim: { from: pureRooms },
  checkers: { from: ['history', 'lib'], pure: true },
  workloads: { from: ['history', 'lib'], pure: true },
  faults: { from: ['cluster', 'protocol', 'lib'], pure: true },
  cluster: { from: ['protocol', 'lib'], packages: ['zod'], pure: true },
  protocol: { from: ['lib'], pure: true },
  history: { from: ['lib'], pure: true },
  lib: { from: [], pure: true },
};

/** Path from the repository's root, as in `src/lib/rng.ts`, and the text. */
export type Sources = ReadonlyMap<string, string>;

/** Every import the table does not allow, as `src/lib/a.ts -> ../node/b.ts: why`. */
export function importBreaches(sources: Sources, table: Readonly<Record<string, Room>> = rooms): string[] {
  return [...sources].flatMap(([path, text]) =>
    importsOf(text).flatMap((target) => {
      const why = breachOf(path, target, table);
      return why === null ? [] : [`${path} -> ${target}: ${why}`];
    }),
  );
}

/** Rows that import a room not below them, unknown rooms, and pure rooms that import others. */
export function tableBreaches(table: Readonly<Record<string, Room>> = rooms): string[] {
  const order = Object.keys(table);
  return Object.entries(table).flatMap(([name, { from, pure }]) =>
    from.flatMap((lower) => [
      ...(order.indexOf(lower) > order.indexOf(name) ? [] : [`${name} -> ${lower}: not below it`]),
      ...(pure && !table[lower]?.pure ? [`${name} -> ${lower}: not pure`] : []),
    ]),
  );
}

/** Folders of src/ without a row, rows without a folder, folders without code. */
export function roomBreaches(
  sources: Sources,
  folders: readonly string[],
  names = Object.keys(rooms),
): string[] {
  const inhabited = new Set([...sources.keys()].map(roomOf));
  return [
    ...folders.filter((folder) => !names.includes(folder)).map((folder) => `src/${folder}: not in the table`),
    ...names.filter((name) => !folders.includes(name)).map((name) => `src/${name}: in the table only`),
    ...folders.filter((folder) => !inhabited.has(folder)).map((folder) => `src/${folder}: empty`),
  ];
}

function breachOf(path: string, target: string, table: Readonly<Record<string, Room>>): string | null {
  const room = roomOf(path);
  const row = room === null ? undefined : table[room];
  if (row === undefined) return 'its room is not in the table';
  if (target.startsWith('node:')) return row.pure ? 'a pure room knows no platform' : null;
  if (!target.startsWith('.')) return row.packages?.includes(target) ? null : 'not a package of this room';
  const resolved = posix.join(posix.dirname(path), target);
  if (resolved === 'package.json') return row.pure ? 'outside src/' : null;
  const to = roomOf(resolved);
  if (to === null) return 'outside src/';
  return to === room || row.from.includes(to) ? null : `${room} may not import ${to}`;
}

function roomOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** What a module imports: values and types, static and dynamic, and what it exports from others. */
function importsOf(text: string): string[] {
  const statement = /^(?:import|export)\s(?:[^;'"]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm;
  const expression = /\bimport\(\s*['"]([^'"]+)['"]/g;
  return [statement, expression].flatMap((form) => [...text.matchAll(form)].map((match) => match[1]!));
}
