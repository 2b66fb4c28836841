import type { InsertRows } from '../statement.ts'
import { passwordHash } from './password-hash.ts'

/** Everybody's password. */
export const demoPassword = 'neonpanel-demo'

interface DemoPerson {
  id: string
  email: string
  name: string
  administrator?: true
  suspended?: true
  /** Company id → role. */
  roles: Record<string, string>
}

/** The accounts of a demo: one per role, and one for each way of having none. */
export const demoPeople: readonly DemoPerson[] = [
  {
    id: 'prs_owner',
    email: 'owner@neonpanel.test',
    name: 'Demo Owner',
    roles: { co_harbor_us: 'Owner', co_harbor_eu: 'Owner' },
  },
  {
    id: 'prs_analyst',
    email: 'analyst@neonpanel.test',
    name: 'Demo Analyst',
    roles: { co_harbor_us: 'Finance analyst', co_tallow: 'Viewer' },
  },
  {
    id: 'prs_warehouse',
    email: 'warehouse@neonpanel.test',
    name: 'Demo Warehouse Manager',
    roles: { co_harbor_eu: 'Warehouse manager' },
  },
  { id: 'prs_outsider', email: 'outsider@neonpanel.test', name: 'Demo Outsider', roles: {} },
  {
    id: 'prs_suspended',
    email: 'suspended@neonpanel.test',
    name: 'Demo Suspended',
    suspended: true,
    roles: {},
  },
  {
    id: 'prs_admin',
    email: 'admin@neonpanel.test',
    name: 'Demo Administrator',
    administrator: true,
    roles: {},
  },
]

export async function insertPeople(insertRows: InsertRows, at: Date): Promise<void> {
  // One for all: that they share a password is printed at every start.
  const hash = passwordHash(demoPassword)
  await insertRows(
    'Person',
    ['id', 'email', 'name', 'passwordHash', 'administrator', 'suspendedAt', 'createdAt'],
    demoPeople.map(({ id, email, name, administrator, suspended }) => [
      id,
      email,
      name,
      hash,
      administrator ?? false,
      suspended ? at : null,
      at,
    ]),
  )
  await insertRows(
    'Membership',
    ['personId', 'companyId', 'role'],
    demoPeople.flatMap(({ id, roles }) =>
      Object.entries(roles).map(([companyId, role]) => [id, companyId, role]),
    ),
  )
}
