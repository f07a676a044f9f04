import { encodeFrames, FrameDecoder } from '../../src/node/frame-codec.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { until } from '../support/until.ts';
import { type End, type Net, startNet } from './support.ts';

interface Numbered extends Message {
  readonly n: number;
}

export async function pair(link = 'n1->n2'): Promise<{ net: Net; from: End; to: End }> {
  const net = await startNet(['n1', 'n2']);
  const from = await net.dial(link);
  const { replication, client } = net.nodes.get('n2')!;
  const target = link.startsWith('client') ? client : replication;
  return { net, from, to: await until('a connection', () => target.accepted[0]) };
}

/** As a node reads it; throws at the first byte that is not of a whole frame with its own checksum. */
export function decoded(bytes: Buffer): number[] {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const numbers: number[] = [];
  for (let next = decoder.next(); next !== null; next = decoder.next()) {
    if (next.type === 'fault') throw new Error(`${next.kind}: ${next.detail}`);
    numbers.push((next.message as Numbered).n);
  }
  return numbers;
}

export function append(n: number, chars = 60): Buffer {
  const message: Numbered & { readonly fill: string } = { class: 'append', n, fill: '.'.repeat(chars) };
  return Buffer.concat(encodeFrames(message));
}

/** Everything written is neither waiting nor under way. */
export async function through(net: Net, link = 'n1->n2'): Promise<void> {
  await until('nothing to be under way', async () => (await net.link(link)).held.forward === 0);
}
