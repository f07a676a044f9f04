import type { Shape } from '../../src/faults/shape.ts';
import { createRng } from '../../src/lib/rng.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import type { Fate, Sender } from '../../src/sim/connection.ts';
import { Network, type NetworkOptions } from '../../src/sim/network.ts';
import { Scheduler } from '../../src/sim/scheduler.ts';

interface Numbered extends Message {
  readonly n: number;
}

const clean: NetworkOptions = { latencyMs: [1, 20], loss: 0, duplicate: 0, reorder: 0, backoffMs: [50, 500] };

/** n1 sends to n2; both run unless a boot says otherwise. */
export function pair(options: Partial<NetworkOptions> = {}) {
  const clock = new Scheduler();
  const boots: Record<string, number | null> = { n1: 1, n2: 1 };
  const disks: Record<string, number> = { n1: 1, n2: 2 };
  const held = { forward: false, back: false };
  const bad: { shape: Shape } = { shape: [] };
  const arrived: { readonly n: number; readonly boot: number; readonly at: number }[] = [];
  const fates: Fate[] = [];
  const network = new Network(
    { ...clean, ...options },
    {
      bootOf: (node) => boots[node] ?? null,
      runs: ({ node, disk, boot }) => disks[node] === disk && boots[node] === boot,
      judge: ({ from, direction }) => ({
        state: from === 'n1' && held[direction] ? 'hold' : 'pass',
        by: [],
        shape: from === 'n1' && direction === 'forward' ? bad.shape : [],
      }),
      arrive: (_to, from, message) =>
        arrived.push({ n: (message as Numbered).n, boot: from.boot, at: clock.now }),
      tell: (fate) => fates.push(fate),
    },
    clock,
    createRng(1),
  );
  let n = 0;
  return {
    arrived,
    bad,
    boots,
    clock,
    disks,
    fates,
    held,
    network,
    numbers: () => arrived.map((one) => one.n),
    run: (ms: number) => {
      const until = clock.now + ms;
      while (clock.next(until));
      clock.skipTo(until);
    },
    send(lane: 'ctl' | 'log' = 'log') {
      const sender: Sender = { node: 'n1', disk: disks['n1']!, boot: boots['n1'] ?? 0 };
      const message: Numbered = { class: lane === 'log' ? 'append' : 'subscribe', n: (n += 1) };
      network.send(sender, 'n2', lane, message);
    },
  };
}

export function times(count: number, act: () => void): void {
  for (let i = 0; i < count; i += 1) act();
}
