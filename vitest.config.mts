import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // page and map are built once, before tests that serve them meet over it
    globalSetup: ['test/fixtures/buildOnce.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'test/artefacts/vitest.json' },
  },
});
