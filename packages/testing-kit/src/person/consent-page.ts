import { type Scope, scopes as scopeDefinitions } from '@neonpanel/contracts/scopes'
import type { Locator, Page } from '@playwright/test'

/** The consent page in a Playwright browser, by the names that a screen reader says. */
export interface ConsentPage {
  /** The checkbox of a permission. */
  scope(name: Scope): Locator
  /** Ticks these permissions and unticks the others. */
  chooseScopes(names: readonly Scope[]): Promise<void>
  /** Grants these companies only, by name; `all` = every one the person belongs to. */
  chooseCompanies(names: 'all' | readonly string[]): Promise<void>
  /** Says, where the page asks, that the sign-in was started on this computer, and authorizes. */
  authorize(): Promise<void>
  deny(): Promise<void>
}

export function consentPage(page: Page): ConsentPage {
  const scope = (name: Scope) =>
    page.getByRole('checkbox', { name: scopeDefinitions[name].title, exact: false })
  return {
    scope,
    async chooseScopes(names) {
      for (const name of Object.keys(scopeDefinitions) as Scope[]) {
        const box = scope(name)
        if ((await box.count()) === 0 || (await box.isDisabled())) continue
        await box.setChecked(names.includes(name))
      }
    },
    async chooseCompanies(names) {
      if (names === 'all') return page.getByRole('radio', { name: 'All companies' }).check()
      await page.getByRole('radio', { name: 'Selected companies' }).check()
      const boxes = page.locator('input[type=checkbox][name=company]')
      for (const box of await boxes.all()) await box.uncheck()
      for (const name of names) await page.getByRole('checkbox', { name }).check()
    },
    async authorize() {
      const started = page.getByRole('checkbox', { name: 'I started this sign-in' })
      if ((await started.count()) > 0) await started.check()
      await page.getByRole('button', { name: 'Authorize' }).click()
    },
    deny: () => page.getByRole('button', { name: 'Deny' }).click(),
  }
}
