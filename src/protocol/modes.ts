import type { Mode } from './protocol.ts';
import { singleLeader } from './single-leader/mode.ts';

/** Every mode, one row each. Add one: a folder, a row here, a run of its simulator seeds. */
export const modes: readonly Mode[] = [singleLeader];

/** Null when no mode has that name. */
export function findMode(name: string): Mode | null {
  return modes.find((mode) => mode.name === name) ?? null;
}
