import type { Fault } from '@neonpanel/faults/fault'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { appName, isReviewed } from '../../web/identity.ts'
import type { ScopeNames } from './fault-words.ts'

type Databases = Pick<ServerContext, 'database'>

/** A page of presets offers so many of each; the form below takes any. */
const mostChoices = 12

/** Clients and people that a preset can be turned on for: the latest clients, and people in order of their address. */
export async function scopeChoices({ database }: Databases): Promise<ScopeNames> {
  const clients = await listClients(database, { take: mostChoices })
  const people = await database.prisma.person.findMany({
    select: { id: true, email: true },
    orderBy: { email: 'asc' },
    take: mostChoices,
  })
  return namesOf(clients, people)
}

/** The names of those that faults are for. */
export async function scopeNames(
  { database }: Databases,
  faults: readonly Fault[],
): Promise<ScopeNames> {
  const named = (member: 'client_id' | 'person') => [
    ...new Set(faults.map(({ where }) => where[member]).filter((id) => id !== undefined)),
  ]
  const clients = await listClients(database, { where: { clientId: { in: named('client_id') } } })
  const people = await database.prisma.person.findMany({
    where: { id: { in: named('person') } },
    select: { id: true, email: true },
  })
  return namesOf(clients, people)
}

function namesOf(
  clients: Awaited<ReturnType<typeof listClients>>,
  people: readonly { id: string; email: string }[],
): ScopeNames {
  const nameOf = (client: (typeof clients)[number]) =>
    appName({ ...client, reviewed: isReviewed(client) })
  return {
    clients: new Map(clients.map((client) => [client.clientId, nameOf(client)])),
    people: new Map(people.map(({ id, email }) => [id, email])),
  }
}
