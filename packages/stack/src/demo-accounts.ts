import type { Database } from '@neonpanel/database/open'
import { demoPassword, demoPeople } from '@neonpanel/database/seed/people'
import { statement } from '@neonpanel/database/statement'

export interface DemoAccount {
  readonly email: string
  readonly password: string
  /** What this person is, for example `Owner of Harbor Goods LLC`. */
  readonly about: string
}

interface Row {
  email: string
  administrator: boolean
  suspendedAt: Date | null
  role: string | null
  company: string | null
}

const findPeople = statement(
  'stack_find_demo_people',
  `SELECT p."email", p."administrator", p."suspendedAt", m."role", c."name" AS "company"
     FROM "Person" p
     LEFT JOIN "Membership" m ON m."personId" = p."id"
     LEFT JOIN "Company" c ON c."id" = m."companyId"
    ORDER BY m."role", c."name" DESC`,
)

/** The demo's people as they are in the database now: an administrator may have changed them. */
export async function listDemoAccounts(database: Database): Promise<DemoAccount[]> {
  const rows = await database.query<Row>(findPeople, [])
  return demoPeople.flatMap(({ email }) => {
    const own = rows.filter((row) => row.email === email)
    return own.length > 0 ? [{ email, password: demoPassword, about: describe(own) }] : []
  })
}

function describe(rows: readonly Row[]): string {
  if (rows.some(({ suspendedAt }) => suspendedAt !== null)) return 'suspended, cannot sign in'
  const companies = Map.groupBy(
    rows.filter(({ company }) => company !== null),
    ({ role }) => role,
  )
  const roles = [...companies].map(
    ([role, held]) => `${role} of ${held.map(({ company }) => company).join(' and ')}`,
  )
  if (rows.some(({ administrator }) => administrator)) roles.unshift('administrator of the console')
  return roles.join(', ') || 'member of no company'
}
