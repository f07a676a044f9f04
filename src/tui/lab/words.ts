import type { NodeView } from '../../cluster/snapshot.ts';
import { count } from '../../commands/count.ts';
import type { Glyphs } from '../glyphs.ts';
import type { Line, Span } from '../line.ts';

/** A node in a line: who leads, how far it is. */
export function roleWord({ id, state, role, epoch, received, keys }: NodeView, glyphs: Glyphs): Line {
  const sign: Span =
    state === 'paused'
      ? ['caution', glyphs.paused]
      : state !== 'running'
        ? ['bad', glyphs.down]
        : role === 'leader'
          ? ['bold', glyphs.leader]
          : glyphs.follower;
  const facts = [
    state === 'running' ? (role ?? '?') : state,
    ...(epoch === null ? [] : [`epoch ${epoch.text}`]),
    ...(received === null ? [] : [`has ${received.text}`]),
    ...(keys === null ? [] : [count(keys, 'key')]),
  ];
  return [sign, ` ${id}  `, ['dim', facts.join('  ')]];
}
