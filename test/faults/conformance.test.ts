import { describe, expect, test } from 'vitest';
import { linkName, linksOf, type LinkId } from '../../src/cluster/place.ts';
import type { HitView } from '../../src/cluster/snapshot.ts';
import type { ActiveFault, Flow } from '../../src/faults/fault.ts';
import { countsOf, faultKinds, verdictOf } from '../../src/faults/faults.ts';
import { type End, faultsOf, type Net, startNet } from '../proxy/support.ts';
import { until } from '../support/until.ts';
import { examples, flowKinds } from './flow-examples.ts';

const nodes = ['n1', 'n2', 'n3'];
const links = linksOf(nodes);

interface Stream {
  readonly link: LinkId;
  readonly dialler: End;
  readonly dialled: End;
}

/** One connection on every link; the first bytes tell which accepted end belongs to which. */
async function dialAll(net: Net): Promise<readonly Stream[]> {
  return Promise.all(
    links.map(async (link) => {
      const dialler = await net.dial(linkName(link));
      dialler.socket.write(linkName(link));
      const dialled = await until(`${linkName(link)} to be through`, () =>
        acceptedBy(net, link).find((end) => end.received().toString() === linkName(link)),
      );
      return { link, dialler, dialled };
    }),
  );
}

function acceptedBy(net: Net, { from, to }: LinkId): readonly End[] {
  const node = net.nodes.get(to)!;
  return (from === 'client' ? node.client : node.replication).accepted;
}

/** What an end has been sent after the name of its link. */
function heard(end: End, name: string): string {
  return end.received().toString().replace(name, '');
}

type State = 'pass' | 'hold' | 'reset';

/** By name of the flow: whether its byte is through. */
type Carried = Readonly<Record<string, State>>;

/** Settles once every byte is through or held, or its connection reset. */
async function settled(net: Net, streams: readonly Stream[]): Promise<Carried> {
  return until('every byte to be through or held', async () => {
    const views = (await net.proxy.counters()).links;
    const carried: Record<string, State> = {};
    for (const { link, dialler, dialled } of streams) {
      const name = linkName(link);
      const { held, state } = views.find((view) => linkName(view) === name)!;
      for (const [direction, end] of [
        ['forward', dialled],
        ['back', dialler],
      ] as const) {
        if (dialler.error === 'ECONNRESET' && dialled.error === 'ECONNRESET') {
          carried[`${name} ${direction}`] = 'reset';
          continue;
        }
        const through = heard(end, name) === '!';
        if (through === (held[direction] === 1) || (!through && state === 'slow')) return null;
        carried[`${name} ${direction}`] = through ? 'pass' : 'hold';
      }
    }
    return carried;
  });
}

function judged(faults: readonly ActiveFault[]): Carried {
  const flows: readonly Flow[] = links.flatMap((link) => [
    { ...link, direction: 'forward' as const },
    { ...link, direction: 'back' as const },
  ]);
  const stateOf = (flow: Flow): State => verdictOf(faults, flow).state;
  // A connection is reset as a whole.
  const isReset = (flow: Flow): boolean =>
    (['forward', 'back'] as const).some((direction) => stateOf({ ...flow, direction }) === 'reset');
  return Object.fromEntries(
    flows.map((flow) => [`${linkName(flow)} ${flow.direction}`, isReset(flow) ? 'reset' : stateOf(flow)]),
  );
}

type Hit = Pick<HitView, 'bytes' | 'connections' | 'counts'>;

/** What a fault alone must have hit of a byte on each flow: what it held or slowed, and connections that it reset. */
function expectedHit(fault: ActiveFault): Hit {
  const ofLinks = links.map((link) =>
    (['forward', 'back'] as const).map((direction) => verdictOf([fault], { ...link, direction })),
  );
  const reset = ofLinks.filter((flows) => flows.some(({ state }) => state === 'reset'));
  const slowed = ofLinks
    .filter((flows) => !reset.includes(flows))
    .map((flows) => flows.filter(({ state, shape }) => state === 'hold' || shape.length > 0).length)
    .filter((bytes) => bytes > 0);
  const counts = Object.fromEntries(countsOf(fault.params).map((what) => [what, 0]));
  return {
    bytes: slowed.reduce((sum, bytes) => sum + bytes, 0),
    connections: slowed.length + reset.length,
    counts: { ...counts, ...('reset' in counts ? { reset: reset.length } : {}) },
  };
}

/** What the proxy makes of a byte on each flow, and what that hit; all of them must arrive after the heal. */
async function carryOut(
  ...texts: readonly string[]
): Promise<{ readonly carried: Carried; readonly hit: Hit }> {
  const net = await startNet(nodes);
  const streams = await dialAll(net);
  await net.faults(...texts);
  for (const { dialler, dialled } of streams) {
    dialler.socket.write('!');
    dialled.socket.write('!');
  }
  const carried = await settled(net, streams);
  const { bytes, connections, counts } = await net.hit('f1');

  await net.faults();
  const kept = streams.filter(({ link }) => carried[`${linkName(link)} forward`] !== 'reset');
  await until('every byte to arrive late', () =>
    kept.every(({ link, dialler, dialled }) =>
      [dialler, dialled].every((end) => heard(end, linkName(link)) === '!'),
    ),
  );
  return { carried, hit: { bytes, connections, counts } };
}

/** Connections made under the faults reach their node exactly where the forward way passes (T8). */
async function carryOutOnNew(text: string): Promise<Carried> {
  const net = await startNet(nodes);
  await net.faults(text);
  const diallers = new Map<string, End>();
  for (const link of links) {
    const dialler = await net.dial(linkName(link));
    dialler.socket.write('!');
    diallers.set(linkName(link), dialler);
  }
  return until('every byte to be through or held', async () => {
    const views = (await net.proxy.counters()).links;
    const through = (link: LinkId): number =>
      acceptedBy(net, link).filter((end) => end.received().length > 0).length;
    const held = (link: LinkId): number => {
      const { state, held: bytes } = views.find((view) => linkName(view) === linkName(link))!;
      return state === 'held' ? bytes.forward : 0;
    };
    const refused = (link: LinkId): boolean => diallers.get(linkName(link))!.closed;
    const bytes = links.reduce((sum, link) => sum + held(link) + Number(refused(link)), 0);
    const arrived = nodes.flatMap((to) => [through({ from: 'client', to }), through({ from: to, to })]);
    if (bytes + arrived.reduce((sum, count) => sum + count, 0) < links.length) return null;
    return Object.fromEntries(
      links.map((link) => {
        const state = refused(link) ? 'reset' : held(link) === 1 ? 'hold' : 'pass';
        return [`${linkName(link)} forward`, state];
      }),
    );
  });
}

describe.for(flowKinds)('%s', (kind) => {
  const texts = [faultKinds[kind].usage, ...examples[kind]];

  test.for(texts)('%s: the proxy does what the verdict says', async (text) => {
    const faults = faultsOf(nodes, text);
    const { carried, hit } = await carryOut(text);
    expect(carried).toEqual(judged(faults));
    const expected = expectedHit(faults[0]!);
    // Whether a byte stalls is chance, which no verdict tells.
    const chances = 'stalled' in hit.counts ? { stalled: expect.any(Number) as number } : {};
    expect(hit).toEqual({ ...expected, counts: { ...expected.counts, ...chances } });
  });

  test.for(texts)('%s: new connections too', async (text) => {
    const verdicts = Object.entries(judged(faultsOf(nodes, text)));
    const forward = verdicts.filter(([flow]) => flow.endsWith(' forward'));
    expect(await carryOutOnNew(text)).toEqual(Object.fromEntries(forward));
  });
});

test('several faults together: the proxy does what their verdicts say', async () => {
  const texts = ['cut n1:n2', 'isolate n3', 'cut client:n2'];
  expect((await carryOut(...texts)).carried).toEqual(judged(faultsOf(nodes, ...texts)));
});
