import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { JsonObject } from './task.ts'

/** A JSON-RPC response. */
export type RpcAnswer =
  | { readonly result: JsonObject; readonly error?: undefined }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }

type Message = Partial<RpcAnswer> & { readonly method?: string; readonly params?: JsonObject }

/**
 * Reads what the SDK answers to one request, from JSON or from an event stream.
 *
 * @param onNotification gets what comes before the answer
 * @returns undefined when the request was broken off
 */
export async function readRpcAnswer(
  response: Response,
  onNotification: (method: string, params: JsonObject) => void,
): Promise<RpcAnswer | undefined> {
  const type = response.headers.get('Content-Type') ?? ''
  if (type.startsWith('application/json')) return (await response.json()) as RpcAnswer
  if (!type.startsWith('text/event-stream') || !response.body) return undefined
  for await (const message of messagesOf(response.body)) {
    if (message.method === undefined) return message as RpcAnswer
    onNotification(message.method, message.params ?? {})
  }
  return undefined
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const events = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
  for await (const { data } of events) yield JSON.parse(data) as Message
}
