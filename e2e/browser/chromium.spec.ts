import { existsSync } from 'node:fs'
import { chromium, expect } from '@playwright/test'
import { systemChromium } from './chromium.ts'
import { verifies } from './verifies.ts'

verifies(
  'contract-2-chromium',
  'the browser of these tests is the system’s, or the one that Playwright installed',
  async ({ context }) => {
    const { executablePath = chromium.executablePath() } = systemChromium()
    expect(existsSync(executablePath)).toBe(true)
    expect(context.browser()?.isConnected()).toBe(true)
  },
)
