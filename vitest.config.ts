import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['{test,libs,services,scripts}/**/*.test.ts'],
    globalSetup: 'test/world/global-setup.ts',
    setupFiles: 'test/world/one-question.ts',
    reporters: ['default', './test/world/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Real brokers and mail servers on a shared machine: a second look tells a slow moment from a fault.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
})
