import { type Scope, scopes as scopeDefinitions } from '@neonpanel/contracts/scopes'
import { type Browser, createBrowser } from './browser.ts'
import { demoPassword, type PersonName, people } from './demo-people.ts'
import { choose, controls, fill, findControl, type Page, textOf, tick } from './page.ts'

export type { PersonName } from './demo-people.ts'

export interface Decision {
  /** Scopes that shall be ticked, and no others; `offered` = as the page proposes; default every one that is available. */
  readonly scopes?: readonly Scope[] | 'offered'
  /** Names of companies; default all. */
  readonly companies?: 'all' | readonly string[]
  readonly press?: 'Authorize' | 'Deny'
}

/** Someone with a browser of their own, who signs in where they are asked to and decides. */
export interface Person extends Browser {
  readonly email: string
  signIn(page: Page, password?: string): Promise<Page>
  decide(page: Page, decision?: Decision): Promise<Page>
  /** Opens an authorization URL, signs in if asked, decides if asked, and says where the browser was sent. */
  authorize(url: string | URL, decision?: Decision): Promise<URL>
  /** As `authorize`, up to the consent page. */
  reachConsent(url: string | URL): Promise<Page>
}

/** Somebody whom the demo does not know. */
export interface Credentials {
  readonly email: string
  readonly password: string
}

export function createPerson(issuer: string, who: PersonName | Credentials = 'owner'): Person {
  const browser = createBrowser(issuer)
  const { email, password } =
    typeof who === 'string' ? { email: people[who], password: demoPassword } : who

  const signIn: Person['signIn'] = (page, typed = password) => {
    fill(page, 'Email', email)
    fill(page, 'Password', typed)
    return browser.press(page, 'Sign in')
  }
  const decide: Person['decide'] = (page, decision = {}) => {
    if (decision.press !== 'Deny') applyDecision(page, decision)
    return browser.press(page, decision.press ?? 'Authorize')
  }
  const openSignedIn = async (url: string | URL) => {
    const page = await browser.open(url)
    return findControl(page, 'textbox', 'Password') ? await signIn(page) : page
  }
  const reachConsent: Person['reachConsent'] = async (url) => {
    const page = await openSignedIn(url)
    if (!findControl(page, 'button', 'Authorize')) throw new Error(unexpected(page, 'consent'))
    return page
  }
  const authorize: Person['authorize'] = async (url, decision) => {
    const page = await openSignedIn(url)
    const end = findControl(page, 'button', 'Authorize') ? await decide(page, decision) : page
    if (end.status !== 0) throw new Error(unexpected(end, 'redirect to the client'))
    return end.url
  }
  return { ...browser, email, signIn, decide, reachConsent, authorize }
}

function unexpected(page: Page, wanted: string): string {
  const where = `${page.url.pathname}${page.url.search}`
  return `Instead of a ${wanted}: ${page.status} at ${where}\n${textOf(page).slice(0, 600)}`
}

function applyDecision(page: Page, { scopes, companies = 'all' }: Decision): void {
  const computer = findControl(page, 'checkbox', 'I started this sign-in on this computer')
  if (computer && !computer.checked) tick(page, computer.name)
  if (scopes !== 'offered') {
    for (const { scope, checked, disabled } of scopeCheckboxes(page)) {
      const wanted = scopes === undefined || scopes.includes(scope)
      if (!disabled && checked !== wanted) tick(page, scopeDefinitions[scope].title, wanted)
    }
  }
  if (companies !== 'all') chooseCompanies(page, companies)
  else if (findControl(page, 'radio', 'All companies')) choose(page, 'All companies')
}

function chooseCompanies(page: Page, companies: readonly string[]): void {
  choose(page, 'Selected companies')
  for (const company of controls(page, 'checkbox')) {
    if (company.element.getAttribute('name') !== 'company') continue
    tick(
      page,
      company.name,
      companies.some((name) => company.name.startsWith(name)),
    )
  }
  for (const name of companies) tick(page, name)
}

/** The scopes that a consent page shows, with the state of each checkbox. */
export function scopeCheckboxes(page: Page) {
  const boxes = controls(page, 'checkbox')
  return (Object.keys(scopeDefinitions) as Scope[]).flatMap((scope) => {
    const { title } = scopeDefinitions[scope]
    const box = boxes.find(({ name }) => name === title || name.startsWith(`${title} `))
    return box ? [{ scope, ...box }] : []
  })
}
