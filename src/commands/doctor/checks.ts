import type { Check } from './check.ts';
import { clusters } from './clusters.ts';
import { diskSpace } from './disk-space.ts';
import { engines } from './engines.ts';
import { labs } from './labs.ts';
import { limits } from './limits.ts';
import { node } from './node.ts';
import { processes } from './processes.ts';
import { records } from './records.ts';
import { sockets } from './sockets.ts';
import { stateDirectory } from './state-directory.ts';

/** Everything `doctor` looks at, in the order it is shown. */
export const checks = {
  node,
  limits,
  'state-directory': stateDirectory,
  'disk-space': diskSpace,
  engines,
  clusters,
  processes,
  sockets,
  records,
  labs,
} as const satisfies Readonly<Record<string, Check>>;
