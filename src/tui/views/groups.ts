import type { Line, Span } from '../line.ts';
import type { Scene } from '../scene.ts';

/** Which nodes still reach each other: `{n1 n2} ✕ {n3}`. */
export function groupLine({ wires, glyphs }: Scene): Line {
  const [, second] = wires.groups;
  if (second === undefined) return [['dim', 'no group of nodes is cut off']];
  const groups = wires.groups.flatMap((group, i): Span[] => {
    const name = `{${group.join(' ')}}`;
    return i === 0 ? [name] : [['bad', ` ${glyphs.cut} `], name];
  });
  return [['dim', 'groups  '], ...groups];
}
