import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]

/** Every look of the page: light and dark, wide and narrow; and no sideways scroll on the narrowest screens. */
export async function expectSound(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours must not be on their way from one scheme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of sizes) {
      await page.setViewportSize(size)
      const { violations } = await judge(page, colorScheme).analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join()}`)
      expect.soft(found, `${name}, ${colorScheme}, ${size.width} px`).toEqual([])
      // For people to look at; drawing all four would take as long as judging them.
      if ((colorScheme === 'light') !== size.width > 1000) continue
      const path = `test-results/pages/${name}-${colorScheme}-${size.width}.png`
      await page.screenshot({ path, fullPage: true })
    }
  }
  await page.setViewportSize({ width: 360, height: 800 })
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect.soft(overflow, `${name} scrolls sideways at 360 px`).toBe(0)
}

/** Everything in light; in dark what colours change. No page has frames, for which axe would open a page of its own. */
function judge(page: Page, colorScheme: 'light' | 'dark'): AxeBuilder {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  return colorScheme === 'dark' ? axe.withRules(['color-contrast', 'link-in-text-block']) : axe
}

/** Fails when a page asks for something that its Content-Security-Policy forbids. */
export function watchPolicy(page: Page): string[] {
  const reports: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) reports.push(message.text())
  })
  return reports
}
