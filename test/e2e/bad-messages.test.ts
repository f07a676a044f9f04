import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attach } from '../../src/control/attach.ts';
import { killIdentity, waitGone } from '../../src/control/process-identity.ts';
import { paths } from '../../src/control/state-dir.ts';
import { createRng } from '../../src/lib/rng.ts';
import { maxKeyBytes, maxValueBytes } from '../../src/protocol/limits.ts';
import { openStore } from '../../src/store/open.ts';
import { soundOwner } from '../soak/audit.ts';
import { Writers } from '../soak/writers.ts';
import { contents } from '../store/kit.ts';
import { tempDir, until } from '../support/until.ts';
import { raw, talk } from './raw.ts';
import { clusterDirIn, recordIn } from './remains.ts';
import { cluster } from './replab.ts';

interface Addresses {
  readonly nodes: readonly { readonly address: { readonly client: string; readonly direct: string } }[];
}

/** Beginnings of what is said on these ports, and what never is. */
const rng = createRng('garbage');
const garbage: readonly Buffer[] = [
  Buffer.from(Array.from({ length: 50_000 }, () => rng.below(256))),
  Buffer.alloc(300_000, 0xff),
  Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n'),
  Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$99999999999\r\n'),
  Buffer.from('*1000000000\r\n'),
  Buffer.from('{"id":1,"token":"guess","method":"down","params":{"keep":false}}\n'),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 1, 0, 0, 0, 0]),
];
/** Sent and never finished: whoever waits for the rest must not keep others waiting. */
const halves: readonly Buffer[] = [
  Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$5\r\nha'),
  Buffer.from('{"id":1,"token":"'),
  Buffer.from([0, 0, 1, 0, 1]),
  Buffer.alloc(0),
];

describe('on every socket of a cluster', () => {
  test('garbage, half messages and a wrong token are turned away, and everybody else is served', async () => {
    const { env, ok, run, json } = await cluster('--nodes', '2', '--sync', '1');
    await ok('put', 'x', '1');
    const before = recordIn(env, 'c1');
    const { nodes } = await json<Addresses>('status');
    const ports = [
      ...nodes.flatMap(({ address }) => [address.client, address.direct]),
      ...listeners(before.supervisor.pid),
    ];
    const open = ports.flatMap((port) =>
      halves.map((half) => {
        const socket = raw(port);
        socket.write(half);
        return socket;
      }),
    );
    const control = (): Socket => {
      const socket = createConnection(before.socket);
      socket.on('error', () => {});
      return socket;
    };
    open.push(
      ...halves.map((half) => {
        const socket = control();
        socket.write(half);
        return socket;
      }),
    );
    for (const bytes of garbage) {
      for (const port of ports) {
        const socket = raw(port);
        socket.end(bytes);
        socket.resume();
      }
      expect(JSON.parse(await talk(control(), Buffer.concat([bytes, Buffer.from('\n')])))).toMatchObject({
        error: { code: expect.stringMatching(/bad-message|wrong-token/) },
      });
    }
    await ok('put', 'x', '2');
    expect(await ok('get', 'x', '--read', 'n2')).toMatch(/[12]\n/);
    await ok('wait', 'converged');
    expect(await run(['diff'])).toMatchObject({ exit: 0 });
    for (const socket of open) socket.destroy();
    // Nobody died of it.
    expect(recordIn(env, 'c1')).toEqual(before);
  });
});

/** Ports on 127.0.0.1 that a process listens on: the links of a supervisor, replication among them. */
function listeners(pid: number): readonly string[] {
  if (process.platform !== 'linux') return [];
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    }),
  );
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const isListening = fields[3] === '0A' && own.has(`socket:[${fields[9]}]`);
      return isListening ? [`127.0.0.1:${Number.parseInt(fields[1]!.split(':')[1]!, 16)}`] : [];
    });
}

test('keys and values at their bounds are taken, beyond them refused with the bound', async () => {
  const { ok, run } = await cluster('--nodes', '2', '--sync', '1');
  const file = join(tempDir(), 'value');
  writeFileSync(file, 'v'.repeat(maxValueBytes));
  await ok('put', 'k'.repeat(maxKeyBytes), '--file', file);
  expect(await ok('get', 'k'.repeat(maxKeyBytes), '--read', 'n2')).toHaveLength(maxValueBytes + 1);
  writeFileSync(file, 'v'.repeat(maxValueBytes + 1));
  expect(await run(['put', 'x', '--file', file])).toMatchObject({
    exit: 8,
    stderr: expect.stringMatching(/at most 8 MiB/),
  });
  for (const args of [['put', '1'], ['get'], ['del'], ['incr'], ['cas', 'a', 'b']]) {
    const [command, ...rest] = args as [string, ...string[]];
    expect(await run([command, 'k'.repeat(maxKeyBytes + 1), ...rest])).toMatchObject({
      exit: 8,
      stderr: expect.stringMatching(/A key has at most 64 KiB/),
    });
  }
  expect(await ok('put', '--help')).toMatch(/64 KiB[^]*8 MiB/);
  await ok('put', '', 'the empty key');
  expect(await ok('get', '')).toBe('the empty key\n');
});

test('a node is named twice: it counts once, or that is a mistake', async () => {
  const { ok, run } = await cluster('--nodes', '3');
  expect(await ok('kill', 'n2', 'n2,n2')).toMatch(/^n2 killed\nevent \d+\n$/);
  await ok('start', 'n2', 'n2');
  for (const args of [
    ['partition', 'n1,n1/n2'],
    ['partition', 'n1/n1'],
    ['cut', 'n1:n1'],
  ]) {
    expect(await run(args)).toMatchObject({ exit: 3, stderr: expect.stringMatching(/twice|itself/) });
  }
});

test(
  'a node is killed fifty times while it writes: nothing acknowledged is lost',
  { timeout: 180_000 },
  async () => {
    const { env, ok } = await cluster('--nodes', '1');
    const dir = clusterDirIn(env, 'c1');
    const { client } = await attach(join(env['XDG_STATE_HOME']!, 'replab'), 'c1');
    const writers = new Writers(dir, 4);
    try {
      for (let kill = 0; kill < 50; kill += 1) {
        const { process: identity } = recordIn(env, 'c1').nodes[0]!;
        const enough = writers.acknowledged.size + 1 + rng.below(12);
        await until('writes', () => writers.acknowledged.size >= enough);
        killIdentity(identity!, 'SIGKILL');
        await waitGone([identity!], 5000);
        await until('it to be seen', async () => {
          const { changed } = await client.request('node', { action: 'start', nodes: ['n1'] });
          return changed;
        });
      }
    } finally {
      await writers.stop();
      client.close();
    }
    await ok('down', '--keep');
    const { disk } = recordIn(env, 'c1').nodes[0]!;
    const own = paths.nodeData(dir, 'n1', disk);
    const store = openStore({ dir: own, cluster: soundOwner(own), disk, durability: 'normal' });
    const held = new Map(contents(store));
    store.close();
    expect([...writers.acknowledged].filter(([key, { value }]) => held.get(key) !== value)).toEqual([]);
    expect(writers.acknowledged.size).toBeGreaterThan(100);
  },
);
