import type { Engine } from './engine.ts';
import { replabEngine } from './replab/replab.ts';

/** Every engine, one row each. */
export const engines = {
  replab: replabEngine,
} as const satisfies Record<string, Engine>;
