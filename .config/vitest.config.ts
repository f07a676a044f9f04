import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `unit`: rooms on their own, real processes and files included. `e2e`: the built package, as people run it. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: 'test/support/leftovers.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // The example is a project of its own: test/e2e/package.test.ts runs it.
          exclude: ['test/e2e/**', 'test/example/**', '**/*.seeds.test.ts'],
        },
      },
      { extends: true, test: { name: 'seeds', include: ['test/**/*.seeds.test.ts'], testTimeout: 300_000 } },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
