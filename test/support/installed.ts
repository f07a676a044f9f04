import { spawnSync } from 'node:child_process';

/**
 * Whether programs that are not ours are there, for `describe.skipIf(!installed(…))`: without them tests are
 * skipped, which the count at the end of `npm test` says, and why is printed.
 */
export function installed(programs: readonly string[], help: string): boolean {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) console.warn(`tests are skipped for want of ${missing.join(' and ')} (${help})`);
  return missing.length === 0;
}

function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}
