import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { isReviewed } from '../../web/identity.ts'
import type { FlowNames } from './flow-words.ts'

/** The names of the clients and people in flows. */
export async function namesInFlows(
  { database }: Pick<ServerContext, 'database'>,
  flows: readonly Flow[],
): Promise<FlowNames> {
  const ids = (name: 'clientId' | 'personId') => [
    ...new Set(flows.map((flow) => flow[name]).filter((id) => id !== undefined)),
  ]
  const clients = await listClients(database, { where: { clientId: { in: ids('clientId') } } })
  const people = await database.prisma.person.findMany({
    where: { id: { in: ids('personId') } },
    select: { id: true, email: true },
  })
  return {
    apps: new Map(
      clients.map((client) => [
        client.clientId,
        { clientId: client.clientId, name: client.name, reviewed: isReviewed(client) },
      ]),
    ),
    people: new Map(people.map(({ id, email }) => [id, email])),
  }
}
