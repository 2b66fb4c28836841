import {
  type CompleteRequestParams,
  type McpServer,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  ResourceTemplate,
  type ServerEvent,
} from '@modelcontextprotocol/server'
import type { Database } from '@neonpanel/database/open'
import { companiesWith } from '../access-token.ts'
import { type Company, readCompanies } from '../ledger/companies.ts'
import type { ItemsChanged } from '../ledger/item-changes.ts'
import { type Caller, callerOf } from './caller.ts'
import type { Change } from './changes.ts'
import { matches } from './completion.ts'
import { parseResourceUri, type ResourceKind, templateOf, uriOf } from './resource.ts'
import type { ServerPart } from './server-part.ts'
import { hideUnexpected } from './unexpected.ts'

const mimeType = 'application/json'

/** For the person who attaches it and the model that reads it. */
const audience: ('user' | 'assistant')[] = ['user', 'assistant']

/** What is read next may have changed already: a client that wants to keep it subscribes. */
const cacheHint = { ttlMs: 0, cacheScope: 'private' } as const

/**
 * The books as resources. A caller sees those of the companies, and of the kinds, that the token opens; what it does not
 * open is treated like what does not exist.
 */
export function createResourcePart(kinds: readonly ResourceKind[], database: Database): ServerPart {
  const companiesFor = (kind: ResourceKind, { accessToken }: Caller) =>
    companiesWith(accessToken, kind.scopes)

  async function list(caller: Caller): Promise<Resource[]> {
    const lists = kinds.map(async (kind) => {
      const companies = await readCompanies(database, companiesFor(kind, caller))
      return Promise.all(companies.map((company) => listOf(kind, { database, company })))
    })
    return (await Promise.all(lists)).flat(2)
  }

  async function read(uri: string, caller: Caller): Promise<ReadResourceResult> {
    const named = parseResourceUri(kinds, uri)
    if (!named) throw new ResourceNotFoundError(uri)
    const { kind, companyId, id } = named
    const { scopes } = caller.accessToken
    if (!kind.scopes.every((scope) => scopes.has(scope))) throw new Error('Scopes were not checked')
    const ids = companiesFor(kind, caller).filter((each) => each === companyId)
    const [company] = await readCompanies(database, ids)
    const value = company && (await kind.read({ database, company }, id))
    if (!value) throw new ResourceNotFoundError(uri)
    return { contents: [{ uri, mimeType, text: JSON.stringify(value) }] }
  }

  async function complete({ ref, argument, context }: CompleteRequestParams, caller: Caller) {
    const kind = kinds.find((each) => ref.type === 'ref/resource' && templateOf(each) === ref.uri)
    if (!kind) return undefined
    const companies = await readCompanies(database, companiesFor(kind, caller))
    if (argument.name === 'company_id') {
      return matches(
        companies.map(({ id, name }) => ({ value: id, words: name })),
        argument.value,
      )
    }
    if (argument.name !== kind.idName) return []
    const asked = context?.arguments?.company_id
    const chosen = companies.filter(({ id }) => !asked || id === asked)
    const lists = await Promise.all(chosen.map((company) => kind.list({ database, company })))
    const known = lists.flat().map(({ id, title }) => ({ value: id, words: title }))
    return matches(known, argument.value)
  }

  return {
    capabilities: { resources: { subscribe: true, listChanged: true }, completions: {} },
    listResources: list,
    complete,
    mayWatch(uri, caller) {
      const named = parseResourceUri(kinds, uri)
      return named !== undefined && companiesFor(named.kind, caller).includes(named.companyId)
    },
    register(server: McpServer) {
      for (const kind of kinds) {
        const { title, description } = kind
        const template = new ResourceTemplate(templateOf(kind), { list: undefined })
        const config = { title, description, mimeType, annotations: { audience }, cacheHint }
        server.registerResource(kind.name, template, config, ({ href }, _variables, context) => {
          const caller = callerOf(context)
          return hideUnexpected(caller, 'Reading a resource', () => read(href, caller))
        })
      }
    },
  }
}

async function listOf(
  kind: ResourceKind,
  books: { database: Database; company: Company },
): Promise<Resource[]> {
  return (await kind.list(books)).map(({ id, title, lastModified }) => ({
    uri: uriOf(kind, books.company.id, id),
    name: id || books.company.id,
    title,
    mimeType,
    annotations: { audience, ...(lastModified && { lastModified: `${lastModified}T00:00:00Z` }) },
  }))
}

/** What an import is for clients: updates of what they watch, and a longer list when it created items. */
export function itemsChange(kinds: readonly ResourceKind[], changed: ItemsChanged): Change {
  return {
    eventsFor(accessToken, uris) {
      const isOpen = ({ scopes }: ResourceKind) =>
        companiesWith(accessToken, scopes).includes(changed.companyId)
      const events: ServerEvent[] = uris.filter(isTouched).map((uri) => ({
        kind: 'resource_updated',
        uri,
      }))
      if (changed.created && kinds.some(isOpen)) events.push({ kind: 'resources_list_changed' })
      return events

      function isTouched(uri: string): boolean {
        const named = parseResourceUri(kinds, uri)
        if (named?.companyId !== changed.companyId) return false
        return isOpen(named.kind) && named.kind.isTouchedBy(changed, named.id)
      }
    },
  }
}
