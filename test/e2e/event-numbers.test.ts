import { describe, expect, test } from 'vitest';
import type { ClusterEvent } from '../../src/cluster/event.ts';
import { commandNames, commands, type CommandName } from '../../src/commands/commands.ts';
import { shell, type Shell } from './replab.ts';

/** A line for each command that changes a cluster, and the name of the event that says so. In this order. */
const changing = [
  ['up --nodes 3', 'up'],
  ['partition n1/n2', 'partition'],
  ['cut n1:n2', 'cut'],
  ['isolate n3', 'isolate'],
  ['link n1:n2 --delay 5ms', 'link'],
  ['skew n1 --offset 5s', 'skew'],
  ['limit n1 1000/s', 'limit'],
  ['disk n1 slow 1ms', 'disk'],
  ['heal', 'healed'],
  ['pause n3', 'paused'],
  ['resume n3', 'resumed'],
  ['stop n3', 'stopped'],
  ['start n3', 'started'],
  ['restart n3', 'stopped'],
  ['kill n3', 'killed'],
  ['disk n3 save before', 'disk-saved'],
  ['disk n3 restore before', 'disk-restored'],
  ['set sync=1', 'set'],
  ['promote n2', 'promote'],
  ['load register --ops 5', 'load-stopped'],
  ['reset', 'reset'],
  ['down --keep', 'down'],
  ['up', 'up'],
] as const;

/** Those that write keys answer with a place in the log: that is where what they changed is told. */
const writing: readonly CommandName[] = ['put', 'del', 'incr', 'cas'];

/** Those that change no cluster, or only by the command lines that they run. */
const others: readonly CommandName[] = [
  ...(['ls', 'status', 'watch', 'events', 'logs', 'log', 'diff', 'get', 'faults'] as const),
  ...(['expect', 'wait', 'check', 'sim', 'modes', 'errors', 'doctor', 'completion', 'version'] as const),
  ...(['lab', 'expect-exit', 'shell'] as const),
];

interface Answer {
  readonly event: number;
  readonly changed?: boolean;
}

async function eventsOf({ ok }: Shell): Promise<readonly ClusterEvent[]> {
  const lines = (await ok('events', '--json')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ClusterEvent);
}

describe('(e)8: what changes a cluster answers with the number of the event it caused', () => {
  test('every command is one that does, that writes keys, or that changes nothing', () => {
    const named = changing.map(([line]) => line.split(' ')[0]!);
    expect(new Set([...named, ...writing, ...others])).toEqual(new Set(commandNames));
    for (const name of others) expect(commands[name].group).not.toMatch(/^(?:node|machine|leader)$/);
  });

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
