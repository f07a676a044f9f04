import { statfsSync } from 'node:fs';
import type { Check, Finding } from './check.ts';
import { nearestExisting } from './state-directory.ts';

const mebibyte = 1024 * 1024;

export const diskSpace: Check = {
  title: 'Disk space',
  look({ root }) {
    const { bavail, bsize } = statfsSync(nearestExisting(root));
    return [spaceFinding((bavail * bsize) / mebibyte)];
  },
};

/** A store and its log grow to some MiB a node at once; a gibibyte is room for a lab that writes a lot. */
export function spaceFinding(freeMiB: number): Finding {
  const what = `${freeMiB >= 10_240 ? `${Math.floor(freeMiB / 1024)} GiB` : `${Math.floor(freeMiB)} MiB`} are free where state is kept.`;
  if (freeMiB >= 1024) return { level: 'ok', what };
  return {
    level: freeMiB < 100 ? 'trouble' : 'note',
    what,
    fix: 'Free some, or set XDG_STATE_HOME to another disk.',
  };
}
