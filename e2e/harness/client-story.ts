import type { FlowServer, FlowStatus, FlowStep, Story } from '@neonpanel/flows/story'
import { createJournal, NoAnswer } from '@neonpanel/personas/engine/journal'

/** A request of a client that keeps its own story: what it sees, and no note of any server. */
export interface ClientRequest {
  readonly server: FlowServer
  readonly step: FlowStep
  readonly url: string
  readonly method?: string
  readonly headers?: Record<string, string>
  /** A form, or a value that is sent as JSON. */
  readonly body?: URLSearchParams | object
}

/** Sends one request after the other, whatever becomes of them, and tells the story. */
export async function clientStory(
  requests: readonly ClientRequest[],
  status: FlowStatus = 'failed',
): Promise<Story> {
  const journal = createJournal(fetch, 5_000)
  for (const { body, headers, method = body ? 'POST' : 'GET', ...request } of requests) {
    const isForm = body instanceof URLSearchParams
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const sent = new Headers({ ...(body && { 'content-type': type }), ...headers })
    const text = isForm ? body.toString() : body && JSON.stringify(body)
    await journal.send({ ...request, method, headers: sent, body: text }).catch(unanswered)
  }
  return journal.tell({ status, clientId: undefined, clientName: undefined })
}

/** The same at a server that does not say what was broken on purpose. */
export function withoutFaultHeader(story: Story): Story {
  const exchanges = story.exchanges.map((exchange) => {
    const { 'x-fault': _fault, ...headers } = exchange.response?.headers ?? {}
    return { ...exchange, response: exchange.response && { ...exchange.response, headers } }
  })
  return { ...story, exchanges }
}

function unanswered(error: unknown) {
  if (!(error instanceof NoAnswer)) throw error
}
