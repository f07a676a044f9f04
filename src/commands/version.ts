import { defineCommand } from './command.ts';
import packageJson from '../../package.json' with { type: 'json' };

export const version = defineCommand({
  name: 'version',
  summary: 'which replab this is, and what it runs on',
  args: {},
  options: {},
  examples: [{ run: 'replab version', does: 'for bug reports' }],
  run: () => {
    const { version: replab } = packageJson;
    const { node, sqlite } = process.versions;
    return Promise.resolve({
      kind: 'document',
      json: {
        schema: 'replab.version/1',
        replab,
        node,
        sqlite: sqlite ?? null,
        platform: `${process.platform}-${process.arch}`,
      },
      text: () =>
        `replab ${replab} (Node.js ${node}, SQLite ${sqlite ?? 'unknown'}, ${process.platform}-${process.arch})`,
    });
  },
});
