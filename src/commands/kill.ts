import { nodeActionCommand } from './node-action.ts';
import { flag } from './params.ts';

export const kill = nodeActionCommand({
  action: 'kill',
  summary: 'kill nodes as if their machine died: SIGKILL, and what they had in flight is lost',
  notes: [
    'The disk is kept: `start` brings the node back with it. What is lost in flight is counted in the answer.',
    '`--process`: only the process dies (kill -9). What it had sent still arrives, and what it had written the kernel keeps.',
    '`--wipe`: it comes back with an empty disk under a new id, and catches up from the log of the leader. Nothing counts it any more for what its former disk had acknowledged; what only that disk had is gone.',
  ],
  options: {
    process: flag('the process alone, not its machine'),
    wipe: flag('its disk too'),
  },
  params: (given) => ({ process: given['process'] === true, wipe: given['wipe'] === true }),
  examples: [
    { run: 'replab kill n2', does: 'kill one node' },
    { run: 'replab kill @leader', does: 'kill whoever leads' },
    { run: 'replab kill n3 --process', does: 'kill -9: nothing it said or wrote is lost' },
    { run: 'replab kill n3 --wipe', does: 'its machine is lost with its disk' },
  ],
  done: 'killed',
  already: 'was not running',
  next: (cluster, nodes, led) => [
    `replab status -c ${cluster}`,
    ...led.map(({ promote }) => `replab promote -c ${cluster} ${promote}`),
    `replab start -c ${cluster} ${nodes.join(',')}`,
  ],
});
