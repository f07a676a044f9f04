import type { Answer, Workload } from './workload.ts';

export const counter: Workload = {
  name: 'counter',
  summary: 'a few keys that everybody adds to: whether what was added is counted',
  model: 'counter',
  claims: ['lost-updates', 'convergence'],
  reads: 0.5,
  create({ prefix, keys, clients, reads, rng }) {
    const own = Array.from({ length: clients }, (_, client) => rng.fork(`client ${client}`));
    const names = Array.from({ length: keys }, (_, i) => `${prefix}/c${i}`);
    return {
      next(client) {
        const chance = own[client]!;
        const key = chance.pick(names);
        if (chance.chance(reads)) return { f: 'read', key, value: null, call: { kind: 'get', key } };
        const by = chance.between(1, 5);
        return { f: 'incr', key, value: by, call: { kind: 'incr', key, by } };
      },
      keys: () => names,
    };
  },
  shown: sumOf,
  inPage: (key, page) => sumOf(page.get(key) ?? null),
};

/** A counter that nobody added to is not there, and counts as 0. */
function sumOf(answer: Answer): number {
  return answer === null ? 0 : Number(answer);
}
