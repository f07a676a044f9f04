/** Writes the generated parts of READMEs; tests hold that they are fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandTable, withBlock } from '../test/house/command-table.ts';
import { courseTable, coverageTable } from '../test/house/lab-tables.ts';
import { plantedTable } from '../test/sim/planted/planted.ts';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withBlock(readFileSync(readme, 'utf8'), 'commands', await commandTable()));

const sim = new URL('../src/sim/README.md', import.meta.url);
writeFileSync(sim, withBlock(readFileSync(sim, 'utf8'), 'planted', plantedTable()));

const labs = new URL('../labs/README.md', import.meta.url);
const withCourse = withBlock(readFileSync(labs, 'utf8'), 'course', courseTable());
writeFileSync(labs, withBlock(withCourse, 'coverage', coverageTable()));
