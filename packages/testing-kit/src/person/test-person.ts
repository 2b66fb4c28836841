import type { AdminApi } from '../admin/admin-api.ts'
import type { Decision, Person } from './people.ts'

/**
 * What a person does when a client opens a page that nobody watches: `approve` signs in and consents by itself, `deny`
 * signs in and declines, `slow` approves after a while, `abandon` never comes back.
 */
export type AutoConsent = 'approve' | 'deny' | 'slow' | 'abandon'

/** Someone who can sign in at the stack, with a browser of their own. */
export interface TestPerson {
  readonly email: string
  readonly password: string
  /** Goes to an authorization URL, signs in if asked, decides if asked, and says where the browser was sent. */
  authorize(url: string | URL, decision?: Decision): Promise<URL>
  /** The person’s browser, for pages that this kit has no words for. The same one until the stack is reset. */
  browser(): Promise<Person>
  /** Has sign-in and consent happen by themselves, in whatever browser the page is opened; `undefined` ends that. */
  autoConsent(mode: AutoConsent | undefined): Promise<void>
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
    autoConsent: (mode) => change({ auto_consent: mode ?? null }),
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
