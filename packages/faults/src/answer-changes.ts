import type { ServerResponse } from 'node:http'
import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import type { FaultEdge } from './edge.ts'
import type { Endpoint } from './endpoints.ts'
import { changeJson, filled } from './json-changes.ts'
import type { What } from './what.ts'
import { wrongKeys } from './wrong-keys.ts'

/** The server's own answer, complete, before it leaves. */
export interface WholeAnswer {
  readonly res: ServerResponse
  readonly endpoint: Endpoint | undefined
  readonly edge: FaultEdge
  body: Buffer
}

type Change = (answer: WholeAnswer) => void | Promise<void>

/** What a rule would change in an answer; empty where there is nothing to change, and the rule does not strike. */
export function changesOf(what: What, answer: WholeAnswer): Change[] {
  const document = jsonOf(answer)
  const changes: (Change | undefined | false)[] = [
    what.json && document && changesJson(document, what.json),
    what.jwks && isKeySet(document) && changesKeys(document, what.jwks),
    what.issued_token && document && changesToken(document, what.issued_token, answer),
    changesRedirect(what, answer),
  ]
  return changes.filter((change) => change !== undefined && change !== false)
}

type Document = Record<string, unknown>

function jsonOf({ res, body }: WholeAnswer): Document | undefined {
  if (res.statusCode < 200 || res.statusCode > 299) return undefined
  if (!/\bjson\b/.test(String(res.getHeader('Content-Type') ?? ''))) return undefined
  try {
    const document: unknown = JSON.parse(body.toString())
    return typeof document === 'object' && document !== null ? (document as Document) : undefined
  } catch {
    return undefined
  }
}

function write(answer: WholeAnswer, document: Document): void {
  answer.body = Buffer.from(JSON.stringify(document))
}

function changesJson(document: Document, changes: NonNullable<What['json']>): Change {
  return (answer) => {
    changeJson(document, changes, answer.edge)
    write(answer, document)
  }
}

function isKeySet(document: Document | undefined): document is { keys: JWK[] } {
  return Array.isArray(document?.keys)
}

function changesKeys(document: { keys: JWK[] }, kind: NonNullable<What['jwks']>): Change {
  return (answer) => {
    document.keys = wrongKeys(document.keys, kind)
    write(answer, document)
  }
}

function changesToken(
  document: Document,
  { token, claims, header, ttl_seconds, key }: NonNullable<What['issued_token']>,
  { edge: { sign } }: WholeAnswer,
): Change | undefined {
  const issued = document[token]
  if (!sign || typeof issued !== 'string' || !isJwt(issued)) return undefined
  return async (answer) => {
    const exp =
      ttl_seconds === undefined ? {} : { exp: Math.floor(Date.now() / 1000) + ttl_seconds }
    const good = decodeProtectedHeader(issued)
    document[token] = await sign({
      key,
      algorithm: good.alg ?? '',
      header: overridden(good, header, answer.edge),
      claims: overridden(decodeJwt(issued), { ...exp, ...claims }, answer.edge),
    })
    write(answer, document)
  }
}

function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)
}

/** Null takes a member away. */
function overridden(good: object, changes: Readonly<Document>, edge: FaultEdge): Document {
  const before = good as Document
  const after = Object.entries(changes).map(([name, wanted]) => [
    name,
    filled(wanted, { issuer: edge.issuer, resource: edge.resource, value: before[name] }),
  ])
  const entries = Object.entries({ ...before, ...Object.fromEntries(after) })
  return Object.fromEntries(entries.filter(([, value]) => value !== null))
}

/** The redirect that brings a code or an error to the client (RFC 6749 section 4.1.2). */
function changesRedirect(what: What, answer: WholeAnswer): Change | undefined {
  const refusal = answer.endpoint === 'authorize' ? what.oauth_error : undefined
  const changes = what.authorization_response
  if (!refusal && !changes) return undefined
  const location = String(answer.res.getHeader('Location') ?? '')
  const [target = '', fragment] = location.split('#')
  const [start = '', query = ''] = target.split('?')
  const parameters = new URLSearchParams(fragment ?? query)
  const isAnswer = parameters.has('code') || parameters.has('error')
  if (!isAnswer || !leavesIssuer(location, answer.edge.issuer)) return undefined
  return ({ res, edge }) => {
    if (refusal) {
      for (const name of ['code', 'id_token', 'access_token']) parameters.delete(name)
      for (const [name, value] of Object.entries(refusal)) parameters.set(name, value ?? '')
    }
    for (const name of changes?.remove ?? []) parameters.delete(name)
    for (const [name, wanted] of Object.entries(changes?.set ?? {})) {
      const value = parameters.get(name) ?? ''
      const { issuer, resource } = edge
      parameters.set(name, String(filled(wanted, { issuer, resource, value })))
    }
    const changed = fragment === undefined ? `${start}?${parameters}` : `${target}#${parameters}`
    res.setHeader('Location', changed)
  }
}

function leavesIssuer(location: string, issuer: string): boolean {
  return URL.canParse(location) && new URL(location).origin !== issuer
}
