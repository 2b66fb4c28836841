import { defineConfig } from '@playwright/test'

// A browser that the machine has, or the one that `npx playwright install chromium` brings.
const executablePath = process.env.CHROMIUM_PATH

export default defineConfig({
  testDir: 'tests',
  forbidOnly: true,
  use: {
    launchOptions: { ...(executablePath && { executablePath }), args: ['--no-sandbox'] },
  },
})
