import { defineConfig } from 'vitest/config';
import { leftOutReporter } from './scripts/left-out-reporter.ts';

/** Tests that need more than npm, or take minutes: each group is a project of its own, run by the command given here. */
const OTHERS = {
  services: 'scripts/services.sh with npm run test:services',
  faults: 'npm run test:faults',
  browser: 'scripts/services.sh install chromium && npm run test:browser',
  deploy: 'scripts/check-deploy.sh install && npm run test:deploy',
};

const project = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', ...exclude] },
});

const filesOf = (name: string) => `tests/${name}/**/*.test.ts`;

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', leftOutReporter(OTHERS)],
    projects: [
      project('unit', ['tests/**/*.test.ts'], ['conformance', ...Object.keys(OTHERS)].map(filesOf)),
      project('conformance', [filesOf('conformance')]),
      ...Object.keys(OTHERS).map((name) => project(name, [filesOf(name)])),
    ],
  },
});
