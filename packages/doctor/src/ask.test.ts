import { expect, test } from 'vitest'
import { createAsk, NoAnswer } from './ask.ts'
import { type Asked, play } from './testing/play.ts'

async function askAnswering(answered: (asked: Asked) => Response) {
  const server = await play(answered)
  return { url: server.origin, requests: server.requests, [Symbol.asyncDispose]: server.stop }
}

const events = (...data: unknown[]) =>
  new Response(data.map((one) => `event: message\ndata: ${JSON.stringify(one)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  })

test('sends what a question says, and shows the exchange without secrets', async () => {
  await using server = await askAnswering(() => Response.json({ access_token: 'abc' }))
  const ask = createAsk(1000)
  const form = { code: 'abc', client_id: 'me' }
  const answer = await ask({ url: server.url, form, token: 'the-token' })
  expect(server.requests[0]).toMatchObject({ method: 'POST', body: 'code=abc&client_id=me' })
  expect(server.requests[0]?.headers.get('authorization')).toBe('Bearer the-token')
  expect(answer.json).toEqual({ access_token: 'abc' })
  expect(answer.exchange).toMatchObject({
    request: { method: 'POST', body: 'code=[code, 3 chars]&client_id=me' },
    response: { status: 200, body: '{"access_token":"[access token, 3 chars]"}' },
    failure: undefined,
  })
})

test('does not follow redirects; a body that is no JSON stays text', async () => {
  await using server = await askAnswering(
    () => new Response('moved', { status: 302, headers: { location: '/elsewhere' } }),
  )
  const answer = await createAsk(1000)({ url: server.url })
  expect(answer).toMatchObject({ status: 302, text: 'moved', json: undefined })
  expect(server.requests).toHaveLength(1)
})

test('shows the first 2,000 characters of a long body', async () => {
  await using server = await askAnswering(() => new Response('a'.repeat(5000)))
  const { text, exchange } = await createAsk(1000)({ url: server.url })
  expect([text.length, exchange.response?.body.length]).toEqual([5000, 2000])
})

test('of a stream the response to the request counts', async () => {
  const response = { jsonrpc: '2.0', id: 1, result: {} }
  await using server = await askAnswering(() =>
    events({ jsonrpc: '2.0', method: 'notifications/message' }, response),
  )
  const ask = createAsk(1000)
  const asked = await ask({ url: server.url, json: { jsonrpc: '2.0', id: 1, method: 'ping' } })
  expect(asked.json).toEqual(response)
  expect((await ask({ url: server.url })).json).toMatchObject({ method: 'notifications/message' })
})

test('tells why no answer came', async () => {
  const server = await play(() => 'silence')
  const ask = createAsk(100)
  const late = await ask({ url: server.origin }).catch((error: unknown) => error)
  expect(late).toBeInstanceOf(NoAnswer)
  expect(late).toMatchObject({ code: 'TIMEOUT', exchange: { failure: 'no answer within 0.1 s' } })
  await server.stop()
  const refused = await ask({ url: server.origin }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'ECONNREFUSED', exchange: { response: undefined } })
})
