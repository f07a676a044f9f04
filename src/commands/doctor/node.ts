import type { Check, Finding } from './check.ts';

const oldest = 24;

export const node: Check = {
  title: 'Node.js',
  look: ({ env }) => [version(), ...nodeOptions(env['NODE_OPTIONS'] ?? '')],
};

function version(): Finding {
  const { node: running, sqlite } = process.versions;
  if (Number.parseInt(running, 10) < oldest || sqlite === undefined) {
    return {
      level: 'trouble',
      what: `Node.js ${running} at ${process.execPath} is too old: replab needs ${oldest} or newer, with node:sqlite.`,
      fix: 'Install one from https://nodejs.org.',
    };
  }
  return { level: 'ok', what: `Node.js ${running} with SQLite ${sqlite}, at ${process.execPath}.` };
}

/** Every node and supervisor inherits them. */
function nodeOptions(options: string): readonly Finding[] {
  if (/--inspect/.test(options)) {
    return [
      {
        level: 'trouble',
        what: `NODE_OPTIONS is "${options}": every node of a cluster would open the same debugger port.`,
        fix: 'Unset NODE_OPTIONS before `replab up`.',
      },
    ];
  }
  return options.trim() === ''
    ? []
    : [{ level: 'note', what: `NODE_OPTIONS is "${options}", for every node of a cluster too.` }];
}
