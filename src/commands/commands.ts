import type { Command } from './command.ts';

export const groups = {
  lab: 'Labs',
  cluster: 'Clusters',
  look: 'Looking',
  data: 'Keys and values',
  node: 'Nodes',
  network: 'Network faults',
  machine: 'Machine faults',
  leader: 'Leadership and settings',
  check: 'Scripts and proofs',
  help: 'replab itself',
} as const;

export interface CommandRow {
  readonly group: keyof typeof groups;
  /** Loaded when it is needed: a `get` should not read the code of `up`. */
  load(): Promise<Command>;
}

/** Every command. The command line, its help and the README's table are made from this. */
export const commands = {
  lab: { group: 'lab', load: async () => (await import('./lab.ts')).lab },
  up: { group: 'cluster', load: async () => (await import('./up.ts')).up },
  down: { group: 'cluster', load: async () => (await import('./down.ts')).down },
  reset: { group: 'cluster', load: async () => (await import('./reset.ts')).reset },
  ls: { group: 'cluster', load: async () => (await import('./ls.ts')).ls },
  status: { group: 'look', load: async () => (await import('./status.ts')).status },
  watch: { group: 'look', load: async () => (await import('./watch.ts')).watch },
  events: { group: 'look', load: async () => (await import('./events.ts')).events },
  logs: { group: 'look', load: async () => (await import('./logs.ts')).logs },
  log: { group: 'look', load: async () => (await import('./log.ts')).log },
  diff: { group: 'look', load: async () => (await import('./diff.ts')).diff },
  put: { group: 'data', load: async () => (await import('./put.ts')).put },
  get: { group: 'data', load: async () => (await import('./get.ts')).get },
  del: { group: 'data', load: async () => (await import('./del.ts')).del },
  incr: { group: 'data', load: async () => (await import('./incr.ts')).incr },
  cas: { group: 'data', load: async () => (await import('./cas.ts')).cas },
  token: { group: 'data', load: async () => (await import('./token.ts')).token },
  kill: { group: 'node', load: async () => (await import('./kill.ts')).kill },
  stop: { group: 'node', load: async () => (await import('./stop.ts')).stop },
  start: { group: 'node', load: async () => (await import('./start.ts')).start },
  restart: { group: 'node', load: async () => (await import('./restart.ts')).restart },
  pause: { group: 'node', load: async () => (await import('./pause.ts')).pause },
  resume: { group: 'node', load: async () => (await import('./resume.ts')).resume },
  partition: { group: 'network', load: async () => (await import('./partition.ts')).partition },
  cut: { group: 'network', load: async () => (await import('./cut.ts')).cut },
  isolate: { group: 'network', load: async () => (await import('./isolate.ts')).isolate },
  link: { group: 'network', load: async () => (await import('./link.ts')).link },
  heal: { group: 'network', load: async () => (await import('./heal.ts')).heal },
  faults: { group: 'network', load: async () => (await import('./faults.ts')).faults },
  skew: { group: 'machine', load: async () => (await import('./skew.ts')).skew },
  limit: { group: 'machine', load: async () => (await import('./limit.ts')).limit },
  disk: { group: 'machine', load: async () => (await import('./disk.ts')).disk },
  promote: { group: 'leader', load: async () => (await import('./promote.ts')).promote },
  set: { group: 'leader', load: async () => (await import('./set.ts')).set },
  expect: { group: 'check', load: async () => (await import('./expect.ts')).expect },
  'expect-exit': { group: 'check', load: async () => (await import('./expect-exit.ts')).expectExit },
  wait: { group: 'check', load: async () => (await import('./wait.ts')).wait },
  load: { group: 'check', load: async () => (await import('./load.ts')).load },
  check: { group: 'check', load: async () => (await import('./check.ts')).check },
  sim: { group: 'check', load: async () => (await import('./sim.ts')).sim },
  modes: { group: 'help', load: async () => (await import('./modes.ts')).modes },
  errors: { group: 'help', load: async () => (await import('./errors.ts')).errors },
  doctor: { group: 'help', load: async () => (await import('./doctor.ts')).doctor },
  completion: { group: 'help', load: async () => (await import('./completion.ts')).completion },
  shell: { group: 'help', load: async () => (await import('./shell.ts')).shell },
  version: { group: 'help', load: async () => (await import('./version.ts')).version },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as readonly CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
