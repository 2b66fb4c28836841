import type { Scope } from '@neonpanel/contracts/scopes'
import type { AdminApi } from '../admin/admin-api.ts'
import type { Decision, Person } from './people.ts'

/**
 * What a person does at pages that nobody watches: `approve` signs in and consents, `deny` signs in and declines, `slow`
 * approves late, `abandon` signs in and leaves the consent page.
 */
export type AutoConsent = 'approve' | 'deny' | 'slow' | 'abandon'

/** How a person decides by themselves. */
export interface AutoConsentWish {
  /** Before the decision, in real time; default 0, for `slow` 3000. */
  readonly delayMs?: number
  /** What is ticked: these, or what the page has ticked (`offered`); default all that was asked for and is permitted. */
  readonly scopes?: 'offered' | readonly Scope[]
  /** Names or ids; default all. */
  readonly companies?: readonly string[]
}

/** Someone who can sign in at the stack, with a browser of their own. */
export interface TestPerson {
  readonly email: string
  readonly password: string
  /** Goes to an authorization URL, signs in if asked, decides if asked, and says where the browser was sent. */
  authorize(url: string | URL, decision?: Decision): Promise<URL>
  /** The person’s browser, for pages that this kit has no words for. The same one until the stack is reset. */
  browser(): Promise<Person>
  /**
   * From now on this person signs in and decides by themselves wherever nobody is signed in, whatever opens the page: for
   * clients that open a browser which nobody watches. The last one who was told so does; null = people decide at pages
   * again, all of them. `reset` ends it, too.
   */
  autoConsent(mode: AutoConsent | null, wish?: AutoConsentWish): Promise<void>
  /** Suspends the person: sessions and tokens end, signing in is refused. */
  suspend(): Promise<void>
  /** Takes a suspension back. */
  reinstate(): Promise<void>
  /** Changes roles by company id; null = no longer a member. */
  changeRoles(roles: Readonly<Record<string, string | null>>): Promise<void>
}

/** @param issuer of the stack where the person signs in */
export function testPerson(
  { issuer, api }: { issuer: string; api: AdminApi },
  { email, password }: { email: string; password: string },
): TestPerson & { forget(): void } {
  let person: Promise<Person> | undefined
  // Loaded when somebody browses: many tests never do.
  const browser = () => {
    person ??= import('./people.ts').then(({ createPerson }) =>
      createPerson(issuer, { email, password }),
    )
    return person
  }
  const change = async (body: object) => {
    await api.patch(`/people/${await idOf(api, email)}`, body)
  }
  return {
    email,
    password,
    browser,
    authorize: async (url, decision) => (await browser()).authorize(url, decision),
    async autoConsent(mode, { delayMs, scopes, companies } = {}) {
      if (mode === null) return api.delete('/auto-consent')
      await api.post('/auto-consent', {
        person: email,
        mode,
        ...(delayMs !== undefined && { delay_ms: delayMs }),
        ...(scopes && { scopes }),
        ...(companies && { companies }),
      })
    },
    suspend: () => change({ suspended: true }),
    reinstate: () => change({ suspended: false }),
    changeRoles: (roles) => change({ roles }),
    forget() {
      person = undefined
    },
  }
}

async function idOf(api: AdminApi, email: string): Promise<string> {
  const { items } = await api.get<{ items: { id: string; email: string }[] }>('/people', {
    q: email,
  })
  const found = items.find((person) => person.email === email)
  if (!found) throw new Error(`There is no person with the e-mail address ${email}`)
  return found.id
}
