import { clientPlace, linksOf, type Place } from '../../src/cluster/place.ts';
import type { Shape, ShapePart } from '../../src/faults/shape.ts';
import type { ActiveFault, FaultKindName, FaultParams, Flow } from '../../src/faults/fault.ts';
import { faultKinds, parseFault, verdictOf } from '../../src/faults/faults.ts';
import { receiverOf, senderOf } from '../../src/faults/flow.ts';
import { fc } from '../support/property.ts';

export const kinds = Object.keys(faultKinds) as FaultKindName[];
export const nodes = ['n1', 'n2', 'n3', 'n10'];
const places: readonly Place[] = [...nodes, clientPlace];
export const flows: readonly Flow[] = linksOf(nodes).flatMap((link) => [
  { ...link, direction: 'forward' as const },
  { ...link, direction: 'back' as const },
]);

export function parsed(text: string): FaultParams {
  const [kind, ...args] = text.split(' ');
  const params = parseFault(kind as FaultKindName, args, nodes);
  if (typeof params === 'string') throw new Error(`${text}: ${params}`);
  return params;
}

export function active(...texts: readonly string[]): ActiveFault[] {
  return texts.map((text, at) => ({ id: `f${at + 1}`, since: 0, params: parsed(text) }));
}

/** What is held, as `sender>receiver` of the link that carries it. */
export function held(...texts: readonly string[]): string[] {
  const faults = active(...texts);
  return flows
    .filter((flow) => verdictOf(faults, flow).state === 'hold')
    .map((flow) => `${senderOf(flow)}>${receiverOf(flow)} on ${flow.from}:${flow.to}`)
    .toSorted();
}

/** Every text that some partition of the nodes and the client has. */
export const partitionText = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }), fc.boolean())
  .map(([groups, clientNamed]) => {
    const named = places.filter((place) => place !== clientPlace || clientNamed);
    return [0, 1, 2]
      .map((group) => named.filter((_, at) => groups[at] === group).join(','))
      .filter((members) => members !== '')
      .join('/');
  })
  .filter((text) => text.includes('/'))
  .map((text) => `partition ${text}`);
export const cutText = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom(...places))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => `cut ${from}:${to}`);
const isolateText = fc.constantFrom(...nodes).map((node) => `isolate ${node}`);
export const faultText = fc.oneof(partitionText, cutText, isolateText);
const signed = fc.integer({ min: -89, max: 89 });
const skewText = fc
  .tuple(fc.constantFrom(...nodes), fc.integer({ min: -1e7, max: 1e7 }), signed, signed)
  .filter(([, ...wrong]) => wrong.some((each) => each !== 0))
  .map(
    ([node, offset, drift, rate]) =>
      `skew ${node} --offset ${offset}ms --drift ${drift}% --monotonic-drift ${rate / 100}%`,
  );
const limitText = fc
  .tuple(fc.constantFrom(...nodes), fc.integer({ min: 1, max: 1e7 }))
  .map(([node, thousandths]) => `limit ${node} ${thousandths / 1000}/s`);
const diskText = fc
  .tuple(
    fc.constantFrom(...nodes),
    fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constant(null), fc.constant(0)),
  )
  .map(([node, ms]) => `disk ${node} ${ms === null ? 'full' : ms === 0 ? 'lose-unsynced' : `slow ${ms}ms`}`);
export const anyText = fc.oneof(faultText, skewText, limitText, diskText);

/** A shape of one part, as the fault f1 makes it. */
export function shapeOf(conditions: Partial<ShapePart>): Shape {
  const good = {
    delayMs: 0,
    jitterMs: 0,
    bytesPerSecond: null,
    loss: 0,
    duplicate: 0,
    reorder: 0,
    only: null,
  };
  return [{ by: 'f1', ...good, ...conditions }];
}
