import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { z } from 'zod'

/** Where a fact about a client was found. */
const sourceSchema = z.strictObject({
  /** `code`: its source was read; `documentation`: its maker says so; `thread`: people report it; `run`: it was seen. */
  kind: z.enum(['code', 'documentation', 'thread', 'run']),
  url: z.url({ protocol: /^https$/ }),
  /** What was learnt there. */
  says: z.string().min(1),
})

/**
 * `document`: its metadata document is its client id (CIMD); `dynamic`: it registers (RFC 7591); `static`: somebody
 * entered an id for it.
 */
export const registrationWays = ['document', 'dynamic', 'static'] as const

export type RegistrationWay = (typeof registrationWays)[number]

/** How it finds the servers. */
const discoverySchema = z.strictObject({
  /** Whether it sends HEAD to the MCP endpoint too, to see its challenge. */
  sendsHead: z.boolean().default(false),
  /** Where it looks for protected-resource metadata, until it finds some (RFC 9728 section 3). */
  resourceMetadata: z.array(z.enum(['challenge', 'path', 'root'])).min(1),
  /**
   * How the `resource` it reads there is compared with the URL that was entered: `exact` by characters, `normalised` as
   * URLs, `prefix` as an origin and the beginning of a path, or not at all.
   */
  resourceMatch: z.enum(['exact', 'normalised', 'prefix', 'unchecked']),
  /** What it does about another resource: stops, or goes on as if there were no document. */
  onOtherResource: z.enum(['stop', 'ignore']),
  /** Well-known documents of the authorization server, in order (RFC 8414 section 3, OpenID Connect Discovery). */
  serverMetadata: z.array(z.enum(['oauth', 'openid', 'openid_appended'])).min(1),
  /** Whether it refuses metadata of another issuer (RFC 8414 section 3.3). */
  checksIssuer: z.boolean(),
  /** Whether it assumes `/authorize`, `/token` and `/register` where there is no metadata (MCP 2025-03-26). */
  assumesEndpoints: z.boolean(),
})

const documentSchema = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  /** In place of `url` at a server that does not announce `iss`; `{callback_id}` is its id of the connection. */
  urlWithoutIss: z.string().optional(),
  /** Whether it looks for `none` among the authentication methods of the server first. */
  needsPublicClients: z.boolean().default(false),
  /** Whether it proves itself with a key (`private_key_jwt`, RS256) where the server takes that. */
  hasKeys: z.boolean().default(false),
  /** The document, but for `client_id`. */
  metadata: z.record(z.string(), z.unknown()),
})

const registrationSchema = z.strictObject({
  /** In order of preference. */
  ways: z.array(z.enum(registrationWays)).min(1),
  document: documentSchema.optional(),
  /** The body of its registration (RFC 7591 section 2), but for `redirect_uris` and `scope`. */
  metadata: z.record(z.string(), z.unknown()),
  redirectUris: z.array(z.string()).min(1),
  /** The `scope` of its registration; `empty` is `""`. */
  scope: z.enum(['requested', 'requested_or_empty', 'empty', 'omitted']),
  /** Whether it leaves out the grants that the server does not list. */
  filtersGrantTypes: z.boolean().default(false),
  /** Whether it reads the metadata of the server again before it registers. */
  readsMetadataAgain: z.boolean().default(false),
})

/** Where the person's browser comes back to. */
const redirectSchema = z.strictObject({
  /** `{port}` is the port it listens on, `{callback_id}` its id of the connection. */
  uri: z.string(),
  /** In place of `uri` at a server that does not announce `iss`. */
  uriWithoutIss: z.string().optional(),
  /** In place of `uri` for a client that registered. */
  uriWhenRegistered: z.string().optional(),
  /** The port it tries first; it takes another one when that is taken. Without one it takes any. */
  preferredPort: z.int().optional(),
})

const authorizationSchema = z.strictObject({
  /** Where it takes the scopes from: the first that names some. */
  scope: z.array(z.enum(['challenge', 'resource', 'server'])),
  /** Asked for when none of them does. */
  fallbackScope: z.string().optional(),
  /** `offline_access` besides. */
  offlineAccess: z.enum(['never', 'when_listed']),
  /** Whether it asks for `prompt=consent` with `offline_access`. */
  promptsForOfflineAccess: z.boolean().default(false),
  /** `resource`: from the metadata, as entered, or not sent (RFC 8707). */
  resource: z.enum(['metadata', 'entered']),
  /** Whether it sends the resource as `audience` too. */
  sendsAudience: z.boolean().default(false),
  /** Whether it leaves out `scope` when the person connects again. */
  reconnectsWithoutScope: z.boolean().default(false),
  /** Whether it checks `iss` of the answer (RFC 9207). */
  checksIss: z.boolean(),
})

const refreshSchema = z.strictObject({
  sendsResource: z.boolean(),
  /** Whether it repeats the scopes that were entered in its settings. */
  sendsScope: z.boolean().default(false),
  /** Processes that renew with one refresh token at one moment. */
  concurrent: z.int().min(1).default(1),
})

const transportSchema = z.strictObject({
  /** In order; the next is tried when one answers as if it were not there. */
  order: z.array(z.enum(['streamable', 'sse'])).min(1),
  /** Statuses of Streamable HTTP after which it tries the next one. */
  fallsBackOn: z.array(z.int()),
  /** The revision that it offers; of 2026-07-28 it asks `server/discover` first. */
  revision: z.enum(['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26']),
})

/** A real MCP client: what it sends, as data, and where that is known from. */
export const personaSchema = z.strictObject({
  title: z.string(),
  /** What its behaviour was taken from. */
  version: z.string(),
  /** The row of SPEC-MATRIX part C. */
  row: z.string().regex(/^CL-\d\d$/),
  /** `cloud`: in its maker's cloud, which reaches public URLs only. `page`: in a web page, under the rules of CORS. */
  runs: z.enum(['cloud', 'page', 'computer']),
  /** Of a page: where it was loaded from. */
  origin: z.url().optional(),
  userAgent: z.string().optional(),
  clientInfo: z.strictObject({ name: z.string(), version: z.string() }),
  discovery: discoverySchema,
  registration: registrationSchema,
  redirect: redirectSchema,
  authorization: authorizationSchema,
  refresh: refreshSchema,
  transport: transportSchema,
  /** Whether it reads the expiry from an access token that is a JWT. */
  readsAccessToken: z.boolean().default(false),
  /** What a server has to live with, in words. */
  habits: z.array(z.string()).min(1),
  sources: z.array(sourceSchema).min(1),
  /** Versions that people still run and that register otherwise. */
  earlier: z
    .array(
      z.strictObject({
        version: z.string(),
        /** Members of its registration that differ; null = it does not send that one. */
        metadata: z.record(z.string(), z.string().nullable()),
      }),
    )
    .default([]),
  /** What nobody told: assumed as most clients do. */
  assumed: z.array(z.string()).default([]),
  /** Where a person enters a client id; `{client_id}`, `{mcp_url}`, `{issuer}` stand for theirs. */
  paste: z.array(z.string()).min(1),
})

export type Persona = z.output<typeof personaSchema>

/**
 * A persona as it was in an earlier version.
 *
 * @throws TypeError when nothing is known of that version
 */
export function earlierVersion(persona: Persona, version: string): Persona {
  const known = persona.earlier.find((one) => one.version === version)
  if (!known) throw new TypeError(`Nothing is known of ${persona.title} ${version}`)
  const { registration } = persona
  const members = Object.entries({ ...registration.metadata, ...known.metadata })
  const metadata = Object.fromEntries(members.filter(([, value]) => value !== null))
  return { ...persona, version, registration: { ...registration, metadata } }
}

/** What a person needs at hand to connect a registered client. */
export interface Connection {
  readonly clientId: string
  readonly mcpUrl: string
  readonly issuer: string
}

/** Fills `{port}` and `{callback_id}` in. */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

/** Client metadata as this client registers it by hand: with the port that it would try first, without a scope. */
export function registrationOf(persona: Persona): Record<string, unknown> {
  const values = { port: String(persona.redirect.preferredPort ?? 8765), callback_id: 'neonpanel' }
  const redirect_uris = persona.registration.redirectUris.map((uri) => fillIn(uri, values))
  return { ...persona.registration.metadata, redirect_uris }
}

/** Where to enter what, and what stands in the way. */
export function pasteInstructions(persona: Persona, connection: Connection): string[] {
  const values = {
    client_id: connection.clientId,
    mcp_url: connection.mcpUrl,
    issuer: connection.issuer,
  }
  const unreachable = persona.runs === 'cloud' && isLoopbackUrl(connection.mcpUrl)
  return [
    `Paste into ${persona.title}:`,
    ...persona.paste.map((line) => `  ${fillIn(line, values)}`),
    ...(unreachable
      ? [
          '',
          `${persona.title} runs in the cloud and cannot reach localhost: start the`,
          'stack with ISSUER_URL and MCP_URL set to public https URLs that lead here.',
        ]
      : []),
  ]
}
