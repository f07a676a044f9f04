/** Writes the generated parts of README.md; a test holds that they are fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandTable, withBlock } from '../test/house/command-table.ts';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withBlock(readFileSync(readme, 'utf8'), 'commands', await commandTable()));
