import { createNumbers } from './unique.ts';
import type { Workload } from './workload.ts';

export const session: Workload = {
  name: 'session',
  summary: 'each user writes a key of their own, then reads it: what users see of what they wrote',
  model: 'register',
  claims: ['read-your-writes', 'monotonic-reads', 'lost-writes', 'convergence', 'staleness'],
  reads: 2 / 3,
  create({ prefix, clients, reads }) {
    const number = createNumbers(clients);
    const after = readsAfterAWrite(reads);
    const left = Array.from({ length: clients }, () => 0);
    const names = Array.from({ length: clients }, (_, client) => `${prefix}/u${client + 1}`);
    return {
      next(client) {
        const key = names[client]!;
        if (left[client]! > 0) {
          left[client]! -= 1;
          return { f: 'read', key, value: null, call: { kind: 'get', key } };
        }
        left[client] = after;
        const value = `v${number(client)}`;
        return { f: 'write', key, value, call: { kind: 'put', key, value } };
      },
      keys: () => names,
    };
  },
  shown: (answer) => answer,
  inPage: (key, page) => page.get(key) ?? null,
};

/** A write is always read at least once, and written again at some time: else it probes nothing. */
function readsAfterAWrite(share: number): number {
  return share >= 1 ? 1000 : Math.max(1, Math.round(share / (1 - share)));
}
