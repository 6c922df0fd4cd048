import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const node = {
  environment: 'node' as const,
  globalSetup: ['deploy/local/src/testing/global-setup.ts'],
};

const slowestFirst = ['e2e', 'alone', 'int', 'pure'];

/** What takes minutes begins first, so that in the end no worker waits for the other one. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project }: TestSpecification): number => slowestFirst.indexOf(project.name);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

// pure: no server. int: real servers on loopback. alone: as int, but it changes the process that it runs in. e2e: through
// the front door, in real processes.
export default defineConfig({
  // Nest needs the types of its constructors at run time.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // The file that Node gives to Nest and Mercurius: two copies of this library do not know each other's errors.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A core to each file, and none left over: most of their time the later ones wait for processes of their own.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: SlowestFirst },
    unstubGlobals: true,
    unstubEnvs: true,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          // Modules are loaded once per worker: no test changes one, and what it stubs is put back.
          isolate: false,
          testTimeout: 10_000,
          include: ['**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.{int,alone,e2e}.test.ts'],
          environment: 'node',
        },
      },
      {
        extends: true,
        test: {
          ...node,
          name: 'int',
          isolate: false,
          include: ['**/*.int.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...node,
          name: 'alone',
          include: ['**/*.alone.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...node,
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
