import type { ClientCapabilities } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { sessionVersions } from './request-era.ts'

/** What an `initialize` settled, as far as any process that goes on with its session needs it. */
export interface Handshake {
  /** The revision that was negotiated. */
  readonly protocolVersion: string
  /** What the client said it can do: servers ask nothing of it that it did not declare. */
  readonly capabilities: ClientCapabilities
  readonly clientInfo: { readonly name: string; readonly version: string }
}

/** A session id travels in a header, and headers together have 16 KiB. */
const capabilitiesLimit = 2_000

const name = z.string().transform((text) => text.slice(0, 100))

/** `extensions`, `experimental` and what later revisions add are kept as they came. */
const capabilities = z.record(z.string(), z.unknown())

const initializeParams = z.object({
  protocolVersion: z.string().catch(''),
  capabilities: capabilities.catch({}),
  clientInfo: z.object({ name, version: name }).catch({ name: 'unknown', version: '0' }),
})

/** What the SDK negotiates for an `initialize` (the version asked for, or the newest of its era), and what it tells. */
export function handshakeOf(initialize: unknown): Handshake {
  const { params } = initialize as { params?: unknown }
  const asked = initializeParams.parse(params ?? {})
  const protocolVersion = sessionVersions.has(asked.protocolVersion)
    ? asked.protocolVersion
    : [...sessionVersions][0]!
  return {
    protocolVersion,
    clientInfo: asked.clientInfo,
    capabilities: withinLimit(asked.capabilities),
  }
}

/** Of a client that declares a book, what this server may use of it. */
function withinLimit(declared: Record<string, unknown>): ClientCapabilities {
  if (JSON.stringify(declared).length <= capabilitiesLimit) return declared
  return declared.elicitation === undefined ? {} : { elicitation: {} }
}
