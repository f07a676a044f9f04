import { createRotation } from './rotation.ts';
import { createNumbers } from './unique.ts';
import type { Workload } from './workload.ts';

/** Elements of one set: each read shows them all. */
const setMax = 128;

export const set: Workload = {
  name: 'set',
  summary: 'sets whose elements are keys of their own, written once: which of them are there in the end',
  model: 'set',
  claims: [
    'lost-writes',
    'read-your-writes',
    'monotonic-reads',
    'consistent-prefix',
    'convergence',
    'staleness',
  ],
  reads: 0.2,
  create({ prefix, keys, clients, reads, rng }) {
    const number = createNumbers(clients);
    const own = Array.from({ length: clients }, (_, client) => rng.fork(`client ${client}`));
    const sets = createRotation((i) => `${prefix}/s${i}`, keys, setMax);
    return {
      next(client) {
        const chance = own[client]!;
        const place = chance.below(keys);
        if (chance.chance(reads)) {
          const key = sets.at(place);
          return { f: 'read', key, value: null, call: { kind: 'scan', prefix: `${key}/`, limit: setMax } };
        }
        const key = sets.put(place);
        const element = number(client);
        return { f: 'add', key, value: element, call: { kind: 'put', key: `${key}/${element}`, value: '1' } };
      },
      keys: () => sets.all(),
    };
  },
  shown: (answer) => (answer as readonly string[]).map(elementIn),
  inPage: (key, page) => [...page.keys()].filter((name) => name.startsWith(`${key}/`)).map(elementIn),
};

function elementIn(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}
