import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['{test,libs,services,scripts}/**/*.test.ts'],
    globalSetup: 'test/world/global-setup.ts',
    reporters: ['default', './test/world/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
})
