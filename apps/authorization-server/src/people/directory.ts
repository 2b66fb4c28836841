import { isRole, type Role } from '@neonpanel/contracts/roles'
import type { Database } from '@neonpanel/database/open'

/** A human as pages and claims see them; the password hash stays in passwords.ts. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly administrator: boolean
  readonly suspendedAt: Date | null
}

/** The role of a person in one company. */
export interface CompanyMembership {
  readonly companyId: string
  readonly companyName: string
  readonly role: Role
}

const personFields = {
  id: true,
  email: true,
  name: true,
  administrator: true,
  suspendedAt: true,
} as const

export async function findPerson(database: Database, id: string): Promise<Person | undefined> {
  const person = await database.prisma.person.findUnique({ where: { id }, select: personFields })
  return person ?? undefined
}

/** @param email in any case; kept in lower case */
export async function findPersonByEmail(
  database: Database,
  email: string,
): Promise<Person | undefined> {
  const person = await database.prisma.person.findUnique({
    where: { email: normalizedEmail(email) },
    select: personFields,
  })
  return person ?? undefined
}

/** The companies of a person with their names, in order of name. A role that no code knows any more holds nothing. */
export async function findMemberships(
  database: Database,
  personId: string,
): Promise<CompanyMembership[]> {
  const rows = await database.prisma.membership.findMany({
    where: { personId },
    select: { companyId: true, role: true, company: { select: { name: true } } },
    orderBy: { company: { name: 'asc' } },
  })
  return rows.flatMap(({ companyId, role, company }) =>
    isRole(role) ? [{ companyId, companyName: company.name, role }] : [],
  )
}

export function normalizedEmail(email: string): string {
  return email.trim().toLowerCase()
}
