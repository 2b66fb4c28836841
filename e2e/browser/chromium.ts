import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Launch options for the machine's own Chromium; empty when it has none and Playwright's is to be used. */
export function systemChromium(): { executablePath?: string } {
  // biome-ignore lint/style/noProcessEnv: a test run's configuration is what reads its environment
  const executablePath = [process.env.CHROMIUM_PATH ?? '', ...places].find((path) =>
    existsSync(path),
  )
  return executablePath ? { executablePath } : {}
}

/** Before the first browser test: a machine without any Chromium gets Playwright's. */
// biome-ignore lint/style/noDefaultExport: Playwright's global setup is the default export of its module
export default function haveChromium(): void {
  if (systemChromium().executablePath || existsSync(chromium.executablePath())) return
  const { status } = spawnSync('npx', ['playwright', 'install', 'chromium'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    throw new Error(
      'The browser tests need Chromium, and Playwright could not install it. Install one, or set CHROMIUM_PATH.',
    )
  }
}
