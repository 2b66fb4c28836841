import type { Endpoint } from '@neonpanel/faults/endpoints'
import type { Distortion, Outcome, Passing, Reply } from './gate.ts'

/** Which requests are distorted; the others pass. */
export type Where = (passing: Passing) => boolean

/** Requests for these endpoints; those that a browser asks ahead (OPTIONS) only where they are named. */
export function at(endpoints: Endpoint | readonly Endpoint[], method?: string): Where {
  const named = [endpoints].flat()
  return (passing) =>
    passing.endpoint !== undefined &&
    named.includes(passing.endpoint) &&
    (method === undefined ? passing.method !== 'OPTIONS' : passing.method === method)
}

/** Requests for the MCP endpoint without a token. */
export const unsigned: Where = (passing) =>
  at('mcp')(passing) && passing.headers.authorization === undefined

/** Requests for the MCP endpoint with one. */
export const signed: Where = (passing) =>
  at('mcp')(passing) && passing.headers.authorization !== undefined

/** Token requests of a grant. */
export const grant =
  (type: string): Where =>
  (passing) =>
    at('token', 'POST')(passing) && new URLSearchParams(passing.body).get('grant_type') === type

/** JSON-RPC requests of a method that are let in. */
export const rpcOf =
  (...methods: string[]): Where =>
  (passing) =>
    signed(passing) && methods.includes(messageOf(passing).method ?? '')

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly name?: string }
}

/** The JSON-RPC message that was sent; empty where there is none. */
export function messageOf({ body }: Passing): Message {
  try {
    return JSON.parse(body) as Message
  } catch {
    return {}
  }
}

/** An answer in place of the server’s. */
export function instead(
  where: Where,
  outcome: Outcome | ((passing: Passing) => Outcome),
): Distortion {
  return (passing, pass) => {
    if (!where(passing)) return pass()
    return typeof outcome === 'function' ? outcome(passing) : outcome
  }
}

/** The server’s answer, changed. */
export function changed(
  where: Where,
  change: (reply: Reply, passing: Passing) => Reply,
): Distortion {
  return async (passing, pass) => {
    const reply = await pass()
    return where(passing) ? change(reply, passing) : reply
  }
}

/** Headers of the answer; null takes one away. */
export function headers(where: Where, wanted: Readonly<Record<string, string | null>>): Distortion {
  return changed(where, (reply) => {
    const all = Object.entries({ ...reply.headers, ...wanted })
    const kept = all.filter((entry): entry is [string, string] => entry[1] !== null)
    return { ...reply, headers: Object.fromEntries(kept) }
  })
}

/** Members of a successful JSON answer; undefined takes one away. */
export function members(
  where: Where,
  change: (document: Record<string, string>, passing: Passing) => Record<string, unknown>,
): Distortion {
  return changed(where, (reply, passing) => {
    if (reply.status !== 200) return reply
    const document = JSON.parse(reply.body)
    return { ...reply, body: JSON.stringify({ ...document, ...change(document, passing) }) }
  })
}

/** The result of a JSON-RPC method, whether it comes as JSON or as an event. */
export function result(
  method: string,
  change: (result: Record<string, unknown>, passing: Passing) => object,
): Distortion {
  return changed(rpcOf(method), (reply, passing) => {
    const body = reply.body.replace(/^(data: )?(\{.*\})$/gm, (_, data = '', text) => {
      const message = JSON.parse(text)
      if (message.result) message.result = change(message.result, passing)
      return data + JSON.stringify(message)
    })
    return { ...reply, body }
  })
}

export function json(status: number, body: unknown, more: Reply['headers'] = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...more },
    body: JSON.stringify(body),
  }
}

export function html(status: number, title: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'access-control-allow-origin': '*' },
    body: `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  }
}
