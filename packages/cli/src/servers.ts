import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { CommandFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** What the stack accepts on a loopback issuer when ADMIN_TOKEN is unset. */
const localAdminToken = 'neonpanel-local-admin'

/** The authorization server that commands talk to: ISSUER_URL, by default the one on this machine. */
export function issuerOf({ environment }: Terminal): string {
  const issuer = environment.ISSUER_URL || `http://localhost:${environment.AUTH_PORT || 4400}`
  if (URL.canParse(issuer)) return issuer.replace(/\/$/, '')
  throw new CommandFailure('ISSUER_URL must be a URL such as https://my.neonpanel.com', {
    exitCode: 2,
  })
}

/** Where MCP clients connect: MCP_URL, by default the one on this machine. */
export function mcpUrlOf({ environment }: Terminal): string {
  return environment.MCP_URL || `http://localhost:${environment.MCP_PORT || 4401}/mcp`
}

/**
 * Calls the admin API (`/console/api`).
 *
 * @param path below `/console/api`
 * @returns the JSON answer; undefined when there is none (204)
 */
export async function callAdminApi(
  terminal: Terminal,
  method: 'GET' | 'POST' | 'DELETE',
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

function adminTokenOf({ environment }: Terminal, issuer: string): string {
  if (environment.ADMIN_TOKEN) return environment.ADMIN_TOKEN
  if (isLoopbackUrl(issuer)) return localAdminToken
  throw new CommandFailure(`Set ADMIN_TOKEN to the admin token of ${issuer}.`, { exitCode: 2 })
}

/** `fetch` that says in plain words when nobody answers. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(10_000) })
  } catch (cause) {
    const { origin } = new URL(url)
    const advice = isLoopbackUrl(origin)
      ? 'Start it with `npm start`, or set ISSUER_URL.'
      : 'Check ISSUER_URL.'
    throw new CommandFailure(`No answer from ${origin}. ${advice}`, { cause })
  }
}

/** A refusal in the words of the server: OAuth and the admin API name error and description alike. */
export async function refusal(answer: Response): Promise<CommandFailure> {
  const text = await answer.text()
  const { error, error_description: description } = parseObject(text)
  const reason = [error, description].filter((part) => typeof part === 'string').join(': ')
  return new CommandFailure(
    `${new URL(answer.url).pathname} answered ${answer.status}${reason ? `: ${reason}` : ''}`,
  )
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
