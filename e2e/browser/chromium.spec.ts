import { existsSync } from 'node:fs'
import { chromium, expect } from '@playwright/test'
import { systemChromium } from './chromium.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

test(
  'the browser of these tests is the system’s, or the one that Playwright installed',
  verifies('contract-2-chromium'),
  async ({ context }) => {
    const { executablePath = chromium.executablePath() } = systemChromium()
    expect(existsSync(executablePath)).toBe(true)
    expect(context.browser()?.isConnected()).toBe(true)
  },
)
