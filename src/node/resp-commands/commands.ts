import type { CommandRow } from './command.ts';
import { connectionCommands } from './connection.ts';
import { counterCommands } from './counters.ts';
import { keyCommands } from './keys.ts';
import { rlDataCommands } from './rl-data.ts';
import { rlNodeCommands } from './rl-node.ts';
import { serverCommands } from './server.ts';
import { transactionCommands } from './transactions.ts';

/** Every command of the client port, by name in capitals. */
export const commands: ReadonlyMap<string, CommandRow> = new Map(
  [
    ...keyCommands,
    ...counterCommands,
    ...rlDataCommands,
    ...rlNodeCommands,
    ...connectionCommands,
    ...serverCommands,
    ...transactionCommands,
  ].map((row) => [row.name, row]),
);
