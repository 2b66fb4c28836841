import { defineConfig } from '@playwright/test'
import { systemChromium } from './browser/chromium.ts'

/** The browser tests. Pages are driven without JavaScript: none of them needs it. */
export default defineConfig({
  testDir: 'browser',
  testMatch: '**/*.spec.ts',
  globalSetup: './browser/chromium.ts',
  outputDir: 'test-results/playwright',
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 45_000,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    browserName: 'chromium',
    javaScriptEnabled: false,
    launchOptions: {
      ...systemChromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    },
    // Pages are snapshotted; a film besides would cost every test what only a failing one needs.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: false },
  },
})
