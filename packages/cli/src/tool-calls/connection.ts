import type { CallToolResult, Client, Tool, Transport } from '@modelcontextprotocol/client'
import { type Challenge, readChallenge } from '@neonpanel/personas/engine/discovery'
import manifest from '../../package.json' with { type: 'json' }
import { currentSignIn, notSignedIn, signInAdvice } from '../credentials/access-token.ts'
import type { SignInRecord } from '../credentials/record.ts'
import { openStore } from '../credentials/store.ts'
import { CommandFailure } from '../failure.ts'
import { noAnswer } from '../sign-in/http.ts'
import type { Terminal } from '../terminal.ts'
import { printable } from './printable.ts'

/** A connected MCP server, as far as a command line uses it. */
export interface ToolServer {
  listTools(): Promise<readonly Tool[]>
  callTool(name: string, toolArguments: Readonly<Record<string, unknown>>): Promise<CallToolResult>
}

/**
 * Connects with the token of the sign-in, if there is one, and does some work.
 *
 * @throws CommandFailure that names the command which helps: to sign in, to sign in again, to ask for more scopes
 */
export async function withServer<T>(
  mcpUrl: string,
  terminal: Terminal,
  work: (server: ToolServer) => Promise<T>,
): Promise<T> {
  const sdk = await import('@modelcontextprotocol/client')
  const session = await openSession(mcpUrl, terminal)
  const options = {
    fetch: session.fetch,
    ...(session.provider && { authProvider: session.provider }),
  }
  const url = new URL(mcpUrl)
  const newClient = () =>
    new sdk.Client(
      { name: 'neonpanel', title: 'NeonPanel command line', version: manifest.version },
      { versionNegotiation: { mode: 'auto' } },
    )
  let client = newClient()
  const http = new sdk.StreamableHTTPClientTransport(url, options)
  try {
    try {
      await client.connect(http)
    } catch (error) {
      // Servers of MCP 2024-11-05 have the HTTP+SSE transport alone.
      if (!(error instanceof sdk.SdkHttpError) || ![400, 404, 405].includes(error.status))
        throw error
      client = newClient()
      await client.connect(new sdk.SSEClientTransport(url, options) as Transport)
    }
    return await work(serverOf(client))
  } catch (error) {
    throw session.explain(error)
  } finally {
    if (http.sessionId !== undefined) await http.terminateSession().catch(() => undefined)
    await client.close().catch(() => undefined)
  }
}

function serverOf(client: Client): ToolServer {
  return {
    async listTools() {
      const tools: Tool[] = []
      let cursor: string | undefined
      do {
        const page = await client.listTools(cursor === undefined ? undefined : { cursor })
        tools.push(...page.tools)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return tools
    },
    callTool: (name, toolArguments) =>
      client.callTool({ name, arguments: { ...toolArguments } }) as Promise<CallToolResult>,
  }
}

/** The sign-in while it is used, and what the server said against it. */
async function openSession(mcpUrl: string, terminal: Terminal) {
  const store = openStore(terminal)
  let record = await currentSignIn(store, mcpUrl)
  let refused: { status: number; challenge: Challenge | undefined } | undefined
  let lost: CommandFailure | undefined
  const provider = record && {
    token: async () => record?.access_token,
    async onUnauthorized() {
      if (record === undefined) return
      record = await currentSignIn(store, mcpUrl, { stale: record.access_token })
    },
  }
  return {
    provider,
    async fetch(url: string | URL, init?: RequestInit) {
      const answer = await fetch(url, init).catch((error: unknown) => {
        // The SDK gives up requests when it closes; and it tells of others only that they failed.
        if (!init?.signal?.aborted) lost = noAnswer(url, error)
        throw error
      })
      lost = undefined
      refused = [401, 403].includes(answer.status)
        ? { status: answer.status, challenge: readChallenge(answer.headers) }
        : undefined
      return answer
    },
    explain(error: unknown): unknown {
      const known = causes(error).find((one) => one instanceof CommandFailure)
      if (known) return known
      if (lost) return lost
      if (refused?.status === 401) {
        return record === undefined ? notSignedIn(mcpUrl) : refusedToken(mcpUrl, refused.challenge)
      }
      if (refused?.challenge?.error === 'insufficient_scope') {
        return missingScope(mcpUrl, refused.challenge, record)
      }
      return explainOther(mcpUrl, error)
    },
  }
}

function refusedToken(mcpUrl: string, challenge: Challenge | undefined): CommandFailure {
  const reason = [challenge?.error, challenge?.description].filter(Boolean).join(', ')
  return new CommandFailure(
    `${mcpUrl} refuses the token${reason ? ` (${printable(reason)})` : ''}, a renewed one too. ${signInAdvice(mcpUrl)}`,
  )
}

/** Says which scopes are missing, and how to get them without losing the others (MCP authorization, step-up). */
export function missingScope(
  mcpUrl: string,
  { scope = [], description }: Challenge,
  record: Pick<SignInRecord, 'scope'> | undefined,
): CommandFailure {
  const held = new Set(record?.scope.split(' '))
  const missing = scope.filter((one) => !held.has(one))
  if (missing.length === 0) {
    const reason = description ? `: ${printable(description)}` : ''
    return new CommandFailure(`${mcpUrl} wants more scopes than this sign-in has${reason}.`)
  }
  const names = missing.map(printable).join(' ')
  return new CommandFailure(
    `This call needs ${missing.length === 1 ? 'the scope' : 'the scopes'} ${names}, which you have not granted.\nAsk for more, and keep what you have: neonpanel login ${mcpUrl} --scope ${names}`,
  )
}

function explainOther(mcpUrl: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = Reflect.get(error, 'code')
  if (typeof code === 'number') {
    return new CommandFailure(`The server answered error ${code}: ${printable(error.message)}`, {
      cause: error,
    })
  }
  return new CommandFailure(
    `${mcpUrl} does not answer as an MCP server: ${printable(error.message)}`,
    {
      cause: error,
    },
  )
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let one = error; one instanceof Error && chain.length < 8; one = one.cause) {
    chain.push(one, ...(one instanceof AggregateError ? one.errors : []))
  }
  return chain
}
