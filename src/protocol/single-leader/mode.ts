import type { Mode } from '../protocol.ts';
import { SingleLeaderReplica } from './replica.ts';
import { singleLeaderOptions } from './settings.ts';

export const singleLeader: Mode = {
  name: 'single-leader',
  summary: 'one node takes the writes and sends its log to the others',
  options: singleLeaderOptions,
  create: (boot) => new SingleLeaderReplica(boot),
};
