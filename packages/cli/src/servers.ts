import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { z } from 'zod'
import { CommandFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

const longestWaitMs = 10_000

/** What the stack accepts on a loopback issuer when ADMIN_TOKEN is unset. */
const localAdminToken = 'neonpanel-local-admin'

/** The authorization server that commands talk to: ISSUER_URL, by default the one on this machine. */
export function issuerOf({ environment }: Terminal): string {
  const issuer = environment.ISSUER_URL || `http://localhost:${environment.AUTH_PORT || 4400}`
  if (URL.canParse(issuer)) return issuer.replace(/\/$/, '')
  throw new CommandFailure(
    `The issuer must be a URL such as https://my.neonpanel.com, not ${issuer}.`,
    {
      exitCode: 2,
    },
  )
}

/** Where MCP clients connect: MCP_URL, by default the one on this machine. */
export function mcpUrlOf({ environment }: Terminal): string {
  return environment.MCP_URL || `http://localhost:${environment.MCP_PORT || 4401}/mcp`
}

/** The address of an MCP server that was given, or else `mcpUrlOf`. */
export function mcpUrlFrom(word: string | undefined, terminal: Terminal): string {
  const url = word ?? mcpUrlOf(terminal)
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new CommandFailure(
    `“${url}” is no address of an MCP server. Expected is one such as http://localhost:4401/mcp.`,
    { exitCode: 2 },
  )
}

/**
 * Calls the admin API (`/console/api`).
 *
 * @param path below `/console/api`
 * @returns the JSON answer; undefined when there is none (204)
 */
export async function callAdminApi(
  terminal: Terminal,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const issuer = issuerOf(terminal)
  const answer = await request(`${issuer}/console/api${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${adminTokenOf(terminal, issuer)}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.status === 401) throw new CommandFailure(`${issuer} does not accept this ADMIN_TOKEN.`)
  if (!answer.ok) throw await refusal(answer)
  return answer.status === 204 ? undefined : answer.json()
}

/**
 * Reads a list of the admin API to its end.
 *
 * @param path below `/console/api`, with filters as query parameters, without `limit` and `cursor`
 */
export async function listAll<Item extends z.ZodType>(
  terminal: Terminal,
  path: string,
  item: Item,
): Promise<z.output<Item>[]> {
  const [pathname, filters] = path.split('?')
  const page = z.object({ items: z.array(item), next_cursor: z.string().nullable() })
  const items: z.output<Item>[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = new URLSearchParams(filters)
    query.set('limit', '200')
    if (cursor !== '') query.set('cursor', cursor)
    const answer = page.parse(await callAdminApi(terminal, 'GET', `${pathname}?${query}`))
    items.push(...answer.items)
    cursor = answer.next_cursor
  }
  return items
}

function adminTokenOf({ environment }: Terminal, issuer: string): string {
  if (environment.ADMIN_TOKEN) return environment.ADMIN_TOKEN
  if (isLoopbackUrl(issuer)) return localAdminToken
  throw new CommandFailure(`Set ADMIN_TOKEN to the admin token of ${issuer}.`, { exitCode: 2 })
}

/** `fetch` that says in plain words when nobody answers, or somebody else should be asked. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const { origin } = new URL(url)
  const answer = await ask(url, origin, init)
  const location = answer.headers.get('location')
  if (answer.status < 300 || answer.status > 399 || location === null) return answer
  const elsewhere = new URL(location, url).origin
  throw new CommandFailure(`${origin} sends elsewhere, to ${elsewhere}. Is that the one to name?`)
}

async function ask(url: string, origin: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(longestWaitMs)
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal })
  } catch (cause) {
    const advice = isLoopbackUrl(origin)
      ? 'Start it with `npx neonpanel start`, or name another with --issuer.'
      : 'Check --issuer, or ISSUER_URL.'
    throw new CommandFailure(`No answer from ${origin}${reasonOf(cause)}. ${advice}`, { cause })
  }
}

/** What the network said, where it is more than that nobody listens. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  if (cause.name === 'TimeoutError') return ` within ${longestWaitMs / 1000} seconds`
  const { message = '', code = '' } = Object(cause.cause) as { message?: string; code?: string }
  return message === '' || code === 'ECONNREFUSED' ? '' : ` (${message})`
}

/**
 * A refusal in the words of the server: OAuth and the admin API name error and description alike. Where it is not in
 * their form, something else answers there.
 */
export async function refusal(answer: Response): Promise<CommandFailure> {
  const { error, error_description: description } = parseObject(await answer.text())
  const { origin, pathname } = new URL(answer.url)
  const where = `${pathname} answered ${answer.status}`
  if (typeof error !== 'string') {
    return new CommandFailure(`${where}. Is ${origin} a NeonPanel authorization server?`)
  }
  return new CommandFailure(
    typeof description === 'string' ? `${description} (${where} ${error})` : `${where}: ${error}`,
  )
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
