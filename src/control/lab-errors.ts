import { detail, row, type ErrorRow } from './error-row.ts';
import { exitCodes } from './exit-codes.ts';

const { usage, notFound, refused } = exitCodes;

/** What can go wrong with a lab before it runs. */
export const labErrors = {
  'bad-lab': row(
    usage,
    (f) => `${f.file}:${f.line} cannot be run as it stands.`,
    (f) => detail(f, 'Something in it is not what was expected.'),
    'See labs/README.md for how a lab is written; `replab lab new NAME` makes one that runs.',
  ),
  'no-such-lab': row(
    notFound,
    (f) => `There is no lab called ${f.lab}.`,
    (f) => (f.meant ? `Was ${f.meant} meant?` : `Nothing of that name is in ${f.dir}.`),
    'See `replab lab list`.',
  ),
  'no-labs': row(
    notFound,
    (f) => `${f.dir} cannot be read as a folder of labs.`,
    (f) => detail(f, 'It is not there.'),
    'Name the folder that holds them: `--dir DIR`.',
  ),
  'lab-exists': row(
    refused,
    (f) => `${f.path} is there already.`,
    'A lab is not written over.',
    'Give it another name, or another folder with `--dir DIR`.',
  ),
} as const satisfies Record<string, ErrorRow>;
