import type { CommandName } from '../../src/commands/commands.ts';

/** A line for each command that changes a cluster, and the name of the event that says so. In this order. */
export const changing = [
  ['up --nodes 3', 'up'],
  ['partition n1/n2', 'partition'],
  ['cut n1:n2', 'cut'],
  ['isolate n3', 'isolate'],
  ['link n1:n2 --delay 5ms', 'link'],
  ['skew n1 --offset 5s', 'skew'],
  ['limit n1 1000/s', 'limit'],
  ['disk n1 slow 1ms', 'disk'],
  ['heal', 'healed'],
  ['pause n3', 'paused'],
  ['resume n3', 'resumed'],
  ['stop n3', 'stopped'],
  ['start n3', 'started'],
  ['restart n3', 'stopped'],
  ['kill n3', 'killed'],
  ['disk n3 save before', 'disk-saved'],
  ['disk n3 restore before', 'disk-restored'],
  ['set sync=1', 'set'],
  ['promote n2', 'promote'],
  ['load register --ops 5', 'load-stopped'],
  ['load register --for 60s --background', 'load-started'],
  ['load stop', 'load-stopped'],
  ['reset', 'reset'],
  ['down --keep', 'down'],
  ['up', 'up'],
] as const;

/** Those that write keys answer with a place in the log: that is where what they changed is told. */
export const writing: readonly CommandName[] = ['put', 'del', 'incr', 'cas'];

/** Those that change no cluster, or only by the command lines that they run. */
export const others: readonly CommandName[] = [
  ...(['ls', 'status', 'watch', 'events', 'logs', 'log', 'diff', 'get', 'token', 'faults'] as const),
  ...(['expect', 'wait', 'check', 'sim', 'modes', 'errors', 'doctor', 'completion', 'version'] as const),
  ...(['lab', 'expect-exit', 'shell'] as const),
];
