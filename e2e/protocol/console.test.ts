import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { findControl, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const consoleUrl = `${stack.issuer}/console`

describe('the console', () => {
  verifies(
    ['contract-8-console', 'contract-1.1-pages', 'contract-3.1-admin'],
    'has its nine places in the navigation, and each of them opens for the administrator',
    async () => {
      const admin = createPerson(stack.issuer, 'admin')
      const signIn = await admin.open(consoleUrl)
      const page = await admin.signIn(signIn)
      expect(page.status).toBe(200)
      const links = page.root.querySelectorAll('nav a')
      const named = new Map(
        links.map((link) => [
          link.text.replace(/\s+/g, ' ').trim(),
          link.getAttribute('href') ?? '',
        ]),
      )
      for (const place of [
        'Overview',
        'Flows',
        'Clients',
        'Initial access tokens',
        'Users',
        'Scopes',
        'Keys',
        'Audit log',
        'Faults',
      ]) {
        const [, href] = [...named].find(([name]) => name.startsWith(place)) ?? []
        expect(href, place).toBeDefined()
        const opened = await admin.open(new URL(href ?? '', page.url))
        expect(opened.status, place).toBe(200)
        expect(opened.root.querySelector('h1'), place).not.toBeNull()
      }
    },
  )

  verifies('contract-3.1-admin', 'is closed to people who are not administrators', async () => {
    const owner = createPerson(stack.issuer)
    const page = await owner.signIn(await owner.open(consoleUrl))
    expect(page.status).toBe(403)
    expect(textOf(page)).not.toMatch(/Initial access tokens/)
  })

  verifies('contract-1.1-pages', 'asks a stranger to sign in', async () => {
    const page = await createBrowser(stack.issuer).open(consoleUrl)
    expect(findControl(page, 'textbox', 'Password')).toBeDefined()
    expect(textOf(page)).not.toMatch(/Initial access tokens/)
  })
})
