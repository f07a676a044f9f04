import { createRotation } from './rotation.ts';
import { createNumbers } from './unique.ts';
import type { Answer, Workload } from './workload.ts';

/** Elements of one list: each append sends the whole of it. */
const listMax = 64;

export const append: Workload = {
  name: 'append',
  summary:
    'lists that everybody appends to, each a value that is read, changed and put back by compare-and-set',
  model: 'list',
  claims: [
    'linearizable',
    'strict-serializable',
    'serializable',
    'snapshot-isolation',
    'read-committed',
    'read-your-writes',
    'monotonic-reads',
    'consistent-prefix',
    'lost-writes',
    'convergence',
    'staleness',
  ],
  reads: 0.5,
  create({ prefix, keys, clients, reads, rng }) {
    const number = createNumbers(clients);
    const own = Array.from({ length: clients }, (_, client) => rng.fork(`client ${client}`));
    const lists = createRotation((i) => `${prefix}/a${i}`, keys, listMax);
    return {
      next(client) {
        const chance = own[client]!;
        const place = chance.below(keys);
        if (chance.chance(reads)) {
          const key = lists.at(place);
          return { f: 'read', key, value: null, call: { kind: 'get', key } };
        }
        const key = lists.put(place);
        const element = number(client);
        return { f: 'append', key, value: element, call: { kind: 'append', key, element: String(element) } };
      },
      keys: () => lists.all(),
    };
  },
  shown: elementsOf,
  inPage: (key, page) => elementsOf(page.get(key) ?? null),
};

function elementsOf(answer: Answer): readonly number[] | null {
  return typeof answer === 'string' ? answer.split(' ').map(Number) : null;
}
