import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import { frame, listen, startNet } from './support.ts';

describe('a machine dies (P6)', () => {
  test('what it had in flight is lost and counted, and both sides are reset though held', async () => {
    const net = await startNet(['n1', 'n2', 'n3']);
    const [toN2, toN3] = [await net.dial('n1->n2'), await net.dial('n1->n3')];
    await until('both through', () =>
      ['n2', 'n3'].every((name) => net.nodes.get(name)!.replication.accepted.length === 1),
    );
    await net.faults('isolate n1');
    const bytes = Buffer.concat([frame('append', 100), frame('append', 50)]);
    toN2.socket.write(bytes);
    toN3.socket.write(frame('ack', 10));
    await until(
      'both held',
      async () => (await net.hit('f1')).bytes === bytes.length + frame('ack', 10).length,
    );

    expect(await net.proxy.discard('n1')).toEqual({
      frames: 3,
      bytes: bytes.length + frame('ack', 10).length,
    });
    for (const name of ['n2', 'n3']) {
      const to = net.nodes.get(name)!.replication.accepted[0]!;
      await until(`the reset at ${name}`, () => to.closed);
      expect(to.error).toBe('ECONNRESET');
      expect(to.received()).toHaveLength(0);
    }
    await until('the resets at n1', () => toN2.closed && toN3.closed);
    await net.faults();
    expect(net.nodes.get('n2')!.replication.accepted).toHaveLength(1);
    expect(await net.proxy.discard('n1')).toEqual({ frames: 0, bytes: 0 });
  });

  test('what others had sent it dies with its sockets, and is not its loss', async () => {
    const net = await startNet(['n1', 'n2']);
    const from = await net.dial('n2->n1');
    await until('it through', () => net.nodes.get('n1')!.replication.accepted.length === 1);
    await net.faults('isolate n1');
    from.socket.write(frame('append', 10));
    await until('it held', async () => (await net.hit('f1')).bytes > 0);
    expect(await net.proxy.discard('n1')).toEqual({ frames: 0, bytes: 0 });
    await until('the reset', () => from.closed);
    expect(from.error).toBe('ECONNRESET');
    await net.faults();
    expect(net.nodes.get('n1')!.replication.text()).toBe('');
  });

  test('replies to clients are lost with it; other nodes keep their connections', async () => {
    const net = await startNet(['n1', 'n2']);
    const [client, other] = [await net.dial('client->n1'), await net.dial('client->n2')];
    const to = await until('it through', () => net.nodes.get('n1')!.client.accepted[0]);
    await until('the other through', () => net.nodes.get('n2')!.client.accepted[0]);
    await net.faults('cut n1:client');
    to.socket.write('+OK\r\n');
    await until('it held', async () => (await net.hit('f1')).bytes === 5);
    expect(await net.proxy.discard('n1')).toEqual({ frames: 0, bytes: 5 });
    await until('the reset', () => client.closed);
    expect(client.received()).toHaveLength(0);
    other.socket.write('still here');
    await until('the other', () => net.nodes.get('n2')!.client.text() === 'still here');
  });
});

describe('a process is killed while its bytes are held (P6)', () => {
  /** Kills a process that wrote `late` into the held link n1->n2, and waits until it is gone. */
  async function killWriter(): Promise<Awaited<ReturnType<typeof startNet>>> {
    const net = await startNet(['n1', 'n2']);
    await net.faults('cut n1:n2');
    const program = fileURLToPath(new URL('../fixtures/writes-to-port.ts', import.meta.url));
    const writer = spawn(process.execPath, [program, String(net.ports['n1->n2']), 'late'], {
      stdio: 'inherit',
    });
    onTestFinished(() => void writer.kill('SIGKILL'));
    await until('it held', async () => (await net.hit('f1')).bytes === 4);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    return net;
  }

  test('its bytes and its end arrive after heal, as from a kernel that lives on', async () => {
    const net = await killWriter();
    await net.faults();
    const to = await until('a connection', () => net.nodes.get('n2')!.replication.accepted[0]);
    await until('its end', () => to.ended);
    expect(to.received().toString()).toBe('late');
  });

  test('after discard the dead does not speak', async () => {
    const net = await killWriter();
    expect(await net.proxy.discard('n1')).toEqual({ frames: 0, bytes: 4 });
    await net.faults();
    const next = await net.dial('n1->n2');
    next.socket.write('the living');
    await until('the living', () => net.nodes.get('n2')!.replication.text() === 'the living');
    expect(net.nodes.get('n2')!.replication.accepted).toHaveLength(1);
  });
});

describe('upstream', () => {
  test('a node that is down refuses: accepted, then reset, as by its kernel', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.proxy.upstream('n2', null);
    for (const link of ['n1->n2', 'client->n2']) {
      const from = await net.dial(link);
      await until('the refusal', () => from.closed);
      expect(from.error).toBe('ECONNRESET');
    }
  });

  test('a port where nobody listens refuses too', async () => {
    const net = await startNet(['n1', 'n2']);
    net.nodes.get('n2')!.replication.close();
    const from = await net.dial('n1->n2');
    await until('the refusal', () => from.closed);
    expect(from.error).toBe('ECONNRESET');
  });

  test('a refusal is held on its way back, and the connection stays refused after the node is back', async () => {
    const net = await startNet(['n1', 'n2']);
    const { replication, client } = net.nodes.get('n2')!;
    await net.proxy.upstream('n2', null);
    await net.faults('cut n2:n1');
    const from = await net.dial('n1->n2');
    from.socket.write('anybody?');
    await until('it to be seen', async () => (await net.hit('f1')).connections === 1);
    expect(from.closed).toBe(false);
    await net.proxy.upstream('n2', { replicationPort: replication.port, clientPort: client.port });
    await net.faults();
    await until('the refusal', () => from.closed);
    expect(from.error).toBe('ECONNRESET');
    expect(replication.accepted).toHaveLength(0);
  });

  test('a restarted node is reached on its new port through the same link', async () => {
    const net = await startNet(['n1', 'n2']);
    const before = await net.dial('n1->n2');
    await until('it through', () => net.nodes.get('n2')!.replication.accepted.length === 1);
    net.nodes.get('n2')!.replication.close();
    await net.proxy.upstream('n2', null);
    await net.proxy.discard('n2');
    // Its kernel's FIN may have come first: a socket that has read its end no longer sees a reset.
    await until('its end', () => before.closed || before.ended);

    const again = await listen();
    await net.proxy.upstream('n2', { replicationPort: again.port, clientPort: again.port });
    const after = await net.dial('n1->n2');
    after.socket.write('welcome back');
    await until('the new one', () => again.text() === 'welcome back');
  });

  test('a connection made while held reaches the node where it listens at heal', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('isolate n2');
    const from = await net.dial('n1->n2');
    from.socket.write('late');
    await until('it held', async () => (await net.hit('f1')).bytes === 4);
    const again = await listen();
    await net.proxy.upstream('n2', { replicationPort: again.port, clientPort: again.port });
    await net.faults();
    await until('the new one', () => again.text() === 'late');
    expect(net.nodes.get('n2')!.replication.accepted).toHaveLength(0);
  });
});
