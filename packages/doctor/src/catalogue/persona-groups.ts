import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import type { Persona } from '@neonpanel/personas/persona'

/** Which clients share a habit, as packages/personas has it. */
export const clientsThat = (have: (persona: Persona) => boolean): readonly PersonaName[] =>
  personaNames.filter((name) => have(personas[name]))

/** In a web page, under the rules of CORS. */
export const pageClients = clientsThat(({ runs }) => runs === 'page')

/** Known by their metadata document where the server takes it. */
export const documentClients = clientsThat(({ registration }) =>
  registration.ways.includes('document'),
)

/** Without a metadata document: they register, or somebody enters an id. */
export const registeringClients = clientsThat(
  ({ registration }) => !registration.ways.includes('document'),
)

/** Their document says `none`, and they have no key: they cannot prove themselves at the token endpoint. */
export const publicDocumentClients = clientsThat(
  ({ registration }) => registration.document !== undefined && !registration.document.hasKeys,
)

/** They open the event stream of 2024-11-05 when Streamable HTTP is not there. */
export const streamClients = clientsThat(({ transport }) => transport.order.includes('sse'))

/** The origins of those pages, first the Inspector's. */
export const pageOrigins: readonly string[] = personaNames.flatMap(
  (name) => personas[name].origin ?? [],
)

/** They know no revision after 2025-06-18. */
export const olderClients = clientsThat(({ transport }) => transport.revision <= '2025-06-18')

/** They know Streamable HTTP alone. */
export const streamableOnlyClients = clientsThat(
  ({ transport }) => !transport.order.includes('sse'),
)
