import { createNumbers } from './unique.ts';
import type { Workload } from './workload.ts';

export const register: Workload = {
  name: 'register',
  summary: 'a few keys that everybody reads and overwrites, every value written once',
  model: 'register',
  claims: [
    'linearizable',
    'sequential',
    'causal',
    'read-your-writes',
    'monotonic-reads',
    'monotonic-writes',
    'writes-follow-reads',
    'consistent-prefix',
    'lost-writes',
    'convergence',
    'staleness',
  ],
  reads: 0.5,
  create({ prefix, keys, clients, reads, rng }) {
    const number = createNumbers(clients);
    const own = Array.from({ length: clients }, (_, client) => rng.fork(`client ${client}`));
    const names = Array.from({ length: keys }, (_, i) => `${prefix}/k${i}`);
    return {
      next(client) {
        const chance = own[client]!;
        const key = chance.pick(names);
        if (chance.chance(reads)) return { f: 'read', key, value: null, call: { kind: 'get', key } };
        const value = `v${number(client)}`;
        return { f: 'write', key, value, call: { kind: 'put', key, value } };
      },
      keys: () => names,
    };
  },
  shown: (answer) => answer,
  inPage: (key, page) => page.get(key) ?? null,
};
