export const chaosKinds = [
  'partition',
  'cut',
  'isolate',
  'refuse',
  'link',
  'kill',
  'kill-process',
  'pause',
  'commit-fails',
  'commit-torn',
  'commit-unknown',
  'disk-full',
  'disk-stays-full',
  'disk-slow',
  'skew',
  'limit',
  'lose-unsynced',
  'restore',
  'reset',
  'wipe',
  'promote',
  'promote-forced',
  'set',
] as const;

export type ChaosKind = (typeof chaosKinds)[number];

/** They change all that comes after, or slow it down: mostly a seed has to do without. */
export const rareKinds: readonly ChaosKind[] = [
  'wipe',
  'disk-stays-full',
  'disk-slow',
  'skew',
  'limit',
  'lose-unsynced',
  'restore',
];
