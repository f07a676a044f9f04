import { randomInt } from 'node:crypto';
import { parseDuration } from '../lib/duration.ts';
import type { Globals } from './host.ts';
import { usage } from './parse.ts';

export function clusterOf({ cluster }: Globals): string | null {
  const named = cluster ?? process.env['REPLAB_CLUSTER'];
  return named === undefined || named === '' ? null : named;
}

export function timeoutOf(command: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  const ms = parseDuration(given);
  if (ms !== null && ms >= 1) return ms;
  throw usage(
    command,
    `--timeout is ${JSON.stringify(given)}; expected a duration of at least 1ms, such as 250ms, 10s or 1m.`,
  );
}

/** Of the wishes, that about the time alone. */
export function timeOf({ timeout }: Globals): Globals {
  return timeout === undefined ? {} : { timeout };
}

/** Without one, any that is short enough to be typed again. */
export function seedOf(command: string, given: string | undefined): number {
  if (given === undefined) return randomInt(1_000_000);
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw usage(command, `--seed is ${JSON.stringify(given)}; expected a whole number.`);
}
