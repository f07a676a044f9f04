import type { OpenOptions } from '../client/cluster-connection.ts';
import type { Context } from './command.ts';

/** How a command opens the cluster it was asked about: a supervisor that is silent is given up within `--timeout`. */
export function opening({ cluster, root, signal, timeoutMs }: Context): OpenOptions {
  return { name: cluster, root, signal, withinMs: timeoutMs };
}
