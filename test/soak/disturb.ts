import { setTimeout as wait } from 'node:timers/promises';
import type { Life } from './life.ts';

interface Disturbance {
  readonly weight: number;
  run(life: Life): Promise<void>;
}

/** What is done to a cluster that is up; afterwards it is to recover. Every choice is drawn, and so is every instant. */
const disturbances: readonly Disturbance[] = [
  {
    weight: 5,
    async run(life) {
      const victim = life.record()?.nodes.find(({ id }) => id === life.rng.pick(life.nodes));
      life.kill(victim?.process, 'node under load');
      if (life.rng.chance(0.3)) await life.runKilled('start', 'all');
    },
  },
  {
    // The leader dies, and another takes its place, whatever it lacks.
    weight: 3,
    async run(life) {
      const led = (await life.snapshot())?.leaders.at(-1)?.id;
      const heir = life.rng.pick(life.nodes.filter((id) => id !== led || life.nodes.length === 1));
      life.kill(life.record()?.nodes.find(({ id }) => id === led)?.process, 'leader under load');
      if (heir === led) return;
      life.promoted();
      if (life.rng.chance(0.5)) await life.runKilled('promote', heir, '--force');
      else await life.run('promote', heir, '--force');
      if (life.rng.chance(0.3))
        life.kill(life.record()?.nodes.find(({ id }) => id === heir)?.process, 'new leader');
    },
  },
  {
    // Cut off, the old leader goes on acknowledging what will be given up.
    weight: 2,
    async run(life) {
      const led = (await life.snapshot())?.leaders.at(-1)?.id;
      if (led === undefined || life.nodes.length === 1) return;
      await life.run('isolate', led);
      await wait(life.rng.below(200));
      life.promoted();
      await life.run('promote', life.rng.pick(life.nodes.filter((id) => id !== led)), '--force');
      await wait(life.rng.below(200));
      life.kill(life.record()?.nodes.find(({ id }) => id === led)?.process, 'old leader cut off');
    },
  },
  {
    weight: 4,
    async run(life) {
      if (life.rng.chance(0.4)) await life.run('pause', life.rng.pick(life.nodes));
      await life.killSupervisor('under load');
    },
  },
  {
    weight: 4,
    async run(life) {
      const [command, ...args] = life.rng.pick([
        ['put', 'x', '1'],
        ['status'],
        ['isolate', life.rng.pick(life.nodes)],
        ['kill', life.rng.pick(life.nodes)],
        ['restart', life.rng.pick(life.nodes)],
        ['stop', life.rng.pick(life.nodes)],
        ['pause', life.rng.pick(life.nodes)],
        ['set', 'write-timeout=1s'],
        ['events'],
      ] as const);
      await life.runKilled(command, ...args);
    },
  },
  {
    // While it comes up again: the command, the supervisor, a node, or a second command.
    weight: 4,
    async run(life) {
      await life.killSupervisor('under load');
      if (life.rng.chance(0.4)) return await life.upKilled();
      const rival = life.rng.chance(0.3) ? life.upKilled() : null;
      const up = life.up();
      await wait(life.instantOf('up'));
      if (life.rng.chance(0.5)) await life.killSupervisor('in up');
      else
        life.kill(
          life.record()?.nodes.find(({ id }) => id === life.rng.pick(life.nodes))?.process,
          'node in up',
        );
      await Promise.all([up, rival]);
    },
  },
  {
    // While it goes down.
    weight: 3,
    async run(life) {
      if (life.rng.chance(0.4)) return await life.runKilled('down', '--keep');
      const down = life.run('down', '--keep');
      await wait(life.instantOf('down'));
      if (life.rng.chance(0.6)) await life.killSupervisor('in down');
      else
        life.kill(
          life.record()?.nodes.find(({ id }) => id === life.rng.pick(life.nodes))?.process,
          'node in down',
        );
      await down;
    },
  },
];

export async function disturb(life: Life): Promise<void> {
  const total = disturbances.reduce((sum, { weight }) => sum + weight, 0);
  let drawn = life.rng.below(total);
  for (const one of disturbances) {
    if (drawn < one.weight) return await one.run(life);
    drawn -= one.weight;
  }
}
