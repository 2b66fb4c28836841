import type { Story } from '@neonpanel/flows/story'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { type PersonaName, personas } from './catalogue.ts'
import { explain } from './causes.ts'
import { type Attempt, createAttempt } from './engine/attempt.ts'
import { authorize, type CodeGrant, type OpenBrowser } from './engine/authorization.ts'
import { type Connection, connect } from './engine/connection.ts'
import { type Discovered, discover, meetChallenge } from './engine/discovery.ts'
import { createJournal, type Observer, type Origins, type PersonaStep } from './engine/journal.ts'
import { type CallbackListener, listenForCallback } from './engine/listener.ts'
import {
  becomeKnown,
  type ClientKey,
  type KnownClient,
  type Registration,
} from './engine/registration.ts'
import { ClientStop } from './engine/stop.ts'
import { redeem, renew, type Tokens } from './engine/tokens.ts'
import type { Persona } from './persona.ts'

export interface PersonaWish extends Observer {
  readonly openBrowser: OpenBrowser
  /** Left out, the client goes the way it prefers. */
  readonly registration?: Registration
  /** Of the host that serves the client's metadata document. */
  readonly key?: ClientKey
  /** Entered in the settings of the client, in place of what it would ask for by itself. */
  readonly scopes?: readonly string[]
  /** Default: the first tool that only reads and needs no arguments. */
  readonly tool?: { readonly name: string; readonly arguments?: Record<string, unknown> }
  /** In place of the platform's. */
  readonly fetch?: typeof fetch
  /** How long the client waits for an answer; 10 s unless said otherwise. */
  readonly timeoutMs?: number
  /** How long it waits for the person; five minutes unless said otherwise. */
  readonly patienceMs?: number
}

/** One attempt of a client, as it saw it. */
export interface PersonaRun {
  readonly story: Story
  /** Why it ended as it did, or what is worth telling nevertheless; undefined when there is nothing to tell. */
  readonly verdict: Verdict | undefined
  /** The last ones; undefined when it got none. */
  readonly tokens: Tokens | undefined
  readonly steps: readonly PersonaStep[]
  readonly origins: Origins
}

/**
 * Connects to an MCP server as a real client does: finds its way from the entered URL, becomes known, sends the person to
 * sign in, connects, lists the tools, calls one, renews its tokens, and connects again where that differs.
 *
 * @param persona the client, by name or as data
 * @param mcpUrl as the person entered it
 */
export async function runPersona(
  persona: PersonaName | Persona,
  mcpUrl: string,
  wish: PersonaWish,
): Promise<PersonaRun> {
  const client = typeof persona === 'string' ? personas[persona] : persona
  const timeoutMs = wish.timeoutMs ?? 10_000
  const journal = createJournal(wish.fetch ?? fetch, timeoutMs, wish)
  const known = { journal, enteredScopes: wish.scopes, timeoutMs }
  const attempt = createAttempt(client, mcpUrl, known)
  const progress: Progress = {}
  let status: Story['status'] = 'completed'
  try {
    await connectAndWork(attempt, wish, progress)
  } catch (error) {
    if (!(error instanceof ClientStop)) throw error
    journal.refused(error.step, error.refusal)
    status = error.denied ? 'denied' : 'failed'
  }
  const clientName = client.registration.metadata.client_name as string
  const story = journal.tell({ status, clientId: progress.client?.clientId, clientName })
  const { steps, origins } = journal
  return { story, verdict: explain(story), tokens: progress.tokens, steps, origins }
}

/** How far the client came. */
interface Progress {
  client?: KnownClient
  tokens?: Tokens
}

async function connectAndWork(attempt: Attempt, wish: PersonaWish, progress: Progress) {
  const { persona } = attempt
  const challenge = await meetChallenge(attempt)
  if (!challenge) {
    attempt.journal.did('connect', 'The server asks for no token: there is nothing to sign in to.')
    return
  }
  const discovered = await discover(attempt, challenge)
  await using listener = await listenerOf(persona)
  const port = listener?.port ?? 0
  progress.client = await becomeKnown(attempt, discovered, { ...wish, port })
  const { openBrowser, patienceMs = 300_000 } = wish
  const person = { openBrowser, patienceMs }
  const grant = await authorize(attempt, discovered, progress.client, { ...person, listener })
  progress.tokens = await redeem(attempt, discovered, progress.client, grant)
  readToken(attempt, progress.tokens)
  await using connection = await connect(attempt, progress.tokens.access_token)
  await callOneTool(connection, attempt, wish.tool)
  await renewAndGoOn(connection, attempt, discovered, grant, progress)
  if (persona.authorization.reconnectsWithoutScope) {
    await reconnect(attempt, discovered, person, progress)
  }
}

/** Only a client on the person's computer listens: at the port in its redirect URI. */
async function listenerOf({ redirect }: Persona): Promise<CallbackListener | undefined> {
  if (!redirect.uri.includes('{port}')) return undefined
  const host = new URL(redirect.uri.replace('{port}', '1')).hostname
  return listenForCallback(host, redirect.preferredPort)
}

function readToken({ persona, journal }: Attempt, { access_token }: Tokens) {
  if (!persona.readsAccessToken) return
  try {
    const { exp } = decodeJwt(access_token)
    journal.did('token', `Read from the access token that it expires at ${exp}.`)
  } catch {
    journal.did('token', 'Could not read the access token, and takes it as it is.')
  }
}

const toolsSchema = z.looseObject({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      inputSchema: z.looseObject({ required: z.array(z.string()).optional() }),
      annotations: z.looseObject({ readOnlyHint: z.boolean().optional() }).optional(),
    }),
  ),
})

async function callOneTool(connection: Connection, attempt: Attempt, asked: PersonaWish['tool']) {
  const listed = toolsSchema.safeParse(await connection.request('connect', 'tools/list'))
  if (!listed.success) {
    return attempt.stop('connect', {
      reason: 'tools_unreadable',
      says: 'The answer to tools/list is no list of tools.',
      got: listed.error.issues[0]?.message,
      expected: 'tools with name and inputSchema',
    })
  }
  const { tools } = listed.data
  attempt.journal.did('connect', `Listed ${tools.length} tools.`)
  const harmless = tools.find(
    ({ inputSchema, annotations }) =>
      annotations?.readOnlyHint === true && !inputSchema.required?.length,
  )
  const tool = asked ?? harmless
  if (!tool) {
    attempt.journal.did('connect', 'Found no tool that only reads and needs no arguments.')
    return
  }
  const { name } = tool
  const result = await connection.request('tool_call', 'tools/call', {
    name,
    arguments: asked?.arguments ?? {},
  })
  if (result.isError === true) {
    attempt.stop('tool_call', {
      reason: 'tool_error',
      says: `The tool ${name} answered with an error.`,
      got: 'isError',
      expected: 'a result',
    })
  }
  attempt.journal.did('tool_call', `Called ${name}.`)
}

async function renewAndGoOn(
  connection: Connection,
  attempt: Attempt,
  discovered: Discovered,
  grant: CodeGrant,
  progress: Progress,
) {
  const refreshToken = progress.tokens?.refresh_token
  if (refreshToken === undefined || !progress.client) {
    attempt.journal.did('token', 'Got no refresh token: the person will have to sign in again.')
    return
  }
  const which = { grant, refreshToken }
  progress.tokens = await renew(attempt, discovered, progress.client, which)
  connection.use(progress.tokens.access_token)
  await connection.request('connect', 'tools/list')
  attempt.journal.did('connect', 'Went on with the new token.')
}

async function reconnect(
  attempt: Attempt,
  discovered: Discovered,
  person: Required<Pick<PersonaWish, 'openBrowser' | 'patienceMs'>>,
  progress: Progress,
) {
  if (!progress.client) return
  const grant = await authorize(attempt, discovered, progress.client, {
    ...person,
    listener: undefined,
    omitsScope: true,
  })
  progress.tokens = await redeem(attempt, discovered, progress.client, grant)
  await using connection = await connect(attempt, progress.tokens.access_token)
  await connection.request('connect', 'tools/list')
  attempt.journal.did('connect', 'Connected again without asking for scopes.')
}
