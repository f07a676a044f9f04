import type { ChaosKind } from '../../../src/sim/chaos-kinds.ts';
import type { SimOptions } from '../../../src/sim/options.ts';

type Conditions = Partial<SimOptions>;

/** These faults alone, one after another without a rest. */
export function only(...kinds: readonly ChaosKind[]): Conditions {
  return { chaos: { kinds, gapMs: [50, 400], lastsMs: [200, 1500] } };
}

/** Many large values, over links that are held for long. */
export const bulky: Conditions = {
  chaos: { kinds: ['isolate', 'cut', 'kill'], gapMs: [300, 2000], lastsMs: [1500, 6000] },
  workload: {
    clients: 3,
    thinkMs: [0, 50],
    keys: 8,
    identified: 0.5,
    fenced: 0.5,
    pinned: 0,
    sessions: 0,
    timeoutMs: 1000,
    valueChars: [20_000, 150_000],
  },
};

/** Clients that do not rest. */
export const busy: Conditions = {
  modeOptions: { sync: 'none' },
  workload: {
    clients: 6,
    thinkMs: [0, 20],
    keys: 8,
    identified: 0,
    fenced: 0,
    pinned: 0,
    sessions: 0,
    timeoutMs: 1000,
    valueChars: [1, 40],
  },
};

/** Frames overtake each other and come twice. */
export const straying: Conditions = {
  network: { latencyMs: [0.5, 10], loss: 0, duplicate: 0.2, reorder: 0.2, backoffMs: [50, 500] },
};

/** Many clients that tell what epoch they saw, and a supervisor that forgets those it gave to nodes that sleep. */
export const forgetful: Conditions = {
  nodes: ['n1', 'n2', 'n3'],
  operatorRemembers: false,
  chaos: { kinds: ['isolate', 'pause', 'promote-forced'], gapMs: [50, 400], lastsMs: [1500, 6000] },
  modeOptions: { sync: 'none', 'election-timeout': '600ms' },
  workload: {
    clients: 6,
    thinkMs: [0, 50],
    keys: 2,
    identified: 0,
    fenced: 1,
    pinned: 0,
    sessions: 0,
    timeoutMs: 200,
    valueChars: [1, 40],
  },
};

/** Commits take long, so that much goes into one turn. */
export const crowded: Conditions = { node: { dispatchMs: [0, 1], commitMs: [0, 15], batch: [1, 256] } };

/** Clients that read anywhere and have all guarantees, while leaders are replaced by force. */
export const sessions: Conditions = {
  nodes: ['n1', 'n2', 'n3'],
  chaos: { kinds: ['isolate', 'cut', 'promote-forced', 'kill'], gapMs: [50, 400], lastsMs: [200, 1500] },
  modeOptions: { sync: 'none', 'election-timeout': '600ms' },
  workload: {
    clients: 6,
    thinkMs: [0, 50],
    keys: 2,
    identified: 0.5,
    fenced: 0,
    pinned: 0,
    sessions: 1,
    timeoutMs: 1000,
    valueChars: [1, 40],
  },
};
