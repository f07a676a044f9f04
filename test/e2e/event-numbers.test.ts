import { describe, expect, test } from 'vitest';
import type { ClusterEvent } from '../../src/cluster/event.ts';
import { changing } from '../commands/changing.ts';
import { shell, type Shell } from './replab.ts';

interface Answer {
  readonly event: number;
  readonly changed?: boolean;
}

async function eventsOf({ ok }: Shell): Promise<readonly ClusterEvent[]> {
  const lines = (await ok('events', '--json')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ClusterEvent);
}

describe('(e)8: what changes a cluster answers with the number of the event it caused', () => {
  test('each of them, one after the other', { timeout: 120_000 }, async () => {
    const own = shell();
    let before = 0;
    for (const [line, name] of changing) {
      const [command = '', ...args] = line.split(' ');
      const { event, changed = true } = await own.json<Answer>(command, ...args);
      expect({ line, changed }).toEqual({ line, changed: true });
      expect({ line, isNew: event > before }).toEqual({ line, isNew: true });
      // A cluster that is down tells no events; once it is up again it does, this one too.
      if (command === 'down') {
        await own.ok('up');
        expect((await eventsOf(own)).find(({ seq }) => seq === event)).toMatchObject({ name });
        await own.ok('down', '--keep');
        continue;
      }
      const events = await eventsOf(own);
      expect({ line, ...events.find(({ seq }) => seq === event) }).toMatchObject({ line, name });
      // Anything that came of it is later: `events --after` shows it.
      before = events.at(-1)!.seq;
    }
  });

  test('what is so already causes none, and answers with the newest there is', async () => {
    const own = shell();
    await own.ok('up', '--nodes', '2', '--sync', '1');
    for (const [line, name] of [
      ['heal', 'healed'],
      ['start n2', 'started'],
      ['resume n2', 'resumed'],
      ['set sync=1', 'set'],
      ['promote n1', 'promote'],
    ] as const) {
      const before = await eventsOf(own);
      const [command = '', ...args] = line.split(' ');
      const { event, changed } = await own.json<Answer>(command, ...args);
      const after = await eventsOf(own);
      const told = (events: readonly ClusterEvent[]): number =>
        events.filter((one) => one.name === name).length;
      expect({ line, changed, told: told(after) }).toEqual({ line, changed: false, told: told(before) });
      expect(event).toBeGreaterThanOrEqual(before.at(-1)!.seq);
      expect(event).toBeLessThanOrEqual(after.at(-1)!.seq);
    }
  });

  test('writes answer with a position instead', async () => {
    const own = shell();
    await own.ok('up', '--nodes', '1');
    for (const line of ['put x 1', 'incr x', 'cas x 2 3', 'del x']) {
      const [command = '', ...args] = line.split(' ');
      expect(await own.json(command, ...args)).toMatchObject({
        at: { text: expect.stringMatching(/^1@n1\/\d+$/) },
      });
    }
  });
});
