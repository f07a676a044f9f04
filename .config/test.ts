/**
 * Everything that must hold, part after part, each a script of package.json that runs on its own as well.
 * A part that fails does not stop the others. Ends with `N passed, N failed`: lint and types count one each
 * (type errors and lint findings are above), tests as many as ran. What failed is told once more before that, since
 * whoever reads a long log reads its end. Exit 1 if any part failed.
 *
 *   node .config/test.ts [part ...]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What vitest's JSON reporter writes of it: one result a file, with `message` when the file itself failed. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const parts = ['build', 'lint', 'unused', 'types', 'package', 'test:unit', 'test:seeds', 'test:e2e'] as const;

const asked = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const failures: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), 'rl-test-'));
const results = parts
  .filter((part) => asked.length === 0 || asked.includes(part))
  .map((part) => ({ part, count: run(part) }));
rmSync(scratch, { recursive: true });

const total = results.map(({ count }) => count).reduce(add, { passed: 0, failed: 0, skipped: 0 });
if (failures.length > 0) console.log(`\n== failed\n\n${failures.join('\n\n')}`);
console.log(`\n${results.map(({ part, count }) => `${part.padEnd(12)} ${print(count)}`).join('\n')}\n`);
console.log(print(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function run(part: (typeof parts)[number]): Count {
  const report = join(scratch, `${part.replace(':', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const counted = part.startsWith('test:');
  console.log(`\n== ${part}`);
  const { status } = spawnSync('npm', ['run', '--silent', part, ...(counted ? ['--', ...reporters] : [])], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const count = counted ? read(report) : { passed: status === 0 ? 1 : 0, failed: 0, skipped: 0 };
  // A file that did not load, or an error outside a test, fails the part without a failed test.
  return status === 0 ? count : { ...count, failed: Math.max(1, count.failed) };
}

/** No report, or one without a test: the part failed, whatever its exit code says. */
function read(path: string): Count {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  failures.push(...report.testResults.flatMap(failuresOf));
  const { numPassedTests: passed, numFailedTests: failed } = report;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed, failed: passed + failed === 0 ? 1 : failed, skipped };
}

function failuresOf({ name, status, message, assertionResults }: Report['testResults'][number]): string[] {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [`${file}\n${message}`];
  return failed.map(
    ({ fullName, failureMessages }) => `${file} > ${fullName}\n${failureMessages.map(ownLines).join('\n')}`,
  );
}

/** Without the lines of the stack that are vitest's. */
function ownLines(message: string): string {
  return message.replaceAll(/\n\s+at [^\n]*(?:node_modules|Promise \(<anonymous>\))[^\n]*/g, '');
}

function add(a: Count, b: Count): Count {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function print({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
