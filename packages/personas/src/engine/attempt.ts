import type { FlowServer, FlowStep } from '@neonpanel/flows/story'
import type { Persona } from '../persona.ts'
import { type Answer, type Journal, NoAnswer } from './journal.ts'
import { CorsRefusal, fromPage } from './page.ts'
import { ClientStop, type Refusal } from './stop.ts'

/** A request in the words of a step; the attempt adds what every request of the client carries. */
export interface Request {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON unless it is a form. */
  readonly body?: unknown
  readonly form?: URLSearchParams
  readonly streams?: boolean
  readonly signal?: AbortSignal
}

/** One persona at one MCP server. */
export interface Attempt {
  readonly persona: Persona
  readonly mcpUrl: string
  /** Entered in the settings of the client, in place of what it would ask for. */
  readonly enteredScopes: readonly string[] | undefined
  readonly journal: Journal
  /** How long the client waits for an answer. */
  readonly timeoutMs: number
  /** @throws ClientStop when no answer came that the client may read */
  ask(step: FlowStep, server: FlowServer, request: Request): Promise<Answer>
  /** Ends the attempt. */
  stop(step: FlowStep, refusal: Refusal): never
}

export function createAttempt(
  persona: Persona,
  mcpUrl: string,
  { journal, enteredScopes, timeoutMs }: Pick<Attempt, 'journal' | 'enteredScopes' | 'timeoutMs'>,
): Attempt {
  const send = persona.origin ? fromPage(persona.origin, journal.send) : journal.send
  return {
    persona,
    mcpUrl,
    enteredScopes,
    journal,
    timeoutMs,
    async ask(step, server, { url, method = 'GET', headers, body, form, streams, signal }) {
      if (!/^https?:/.test(URL.parse(url)?.protocol ?? '')) {
        throw new ClientStop(step, notAnAddress(url))
      }
      const sent = new Headers(headers)
      // Pages cannot choose it.
      if (persona.userAgent && !persona.origin) sent.set('user-agent', persona.userAgent)
      if (form) sent.set('content-type', 'application/x-www-form-urlencoded')
      else if (body !== undefined) sent.set('content-type', 'application/json')
      const text = form?.toString() ?? (body === undefined ? undefined : JSON.stringify(body))
      try {
        return await send({
          step,
          server,
          url,
          method,
          headers: sent,
          body: text,
          ...(streams && { streams }),
          ...(signal && { signal }),
        })
      } catch (error) {
        throw new ClientStop(step, refusalOf(error, url))
      }
    },
    stop(step, refusal) {
      throw new ClientStop(step, refusal)
    },
  }
}

function notAnAddress(url: string): Refusal {
  const says = `The server names “${url}”, which is no http address.`
  return { reason: 'url_invalid', says, got: url, expected: 'an http or https URL' }
}

function refusalOf(error: unknown, url: string): Refusal {
  const where = new URL(url)
  const place = `${where.origin}${where.pathname}`
  if (error instanceof CorsRefusal) {
    const { got, expected } = error
    return { reason: 'cors_refused', says: `${place}: ${error.message}`, got, expected }
  }
  if (error instanceof NoAnswer) {
    return { reason: 'no_answer', says: `${place}: ${error.message}`, got: error.message }
  }
  throw error
}
