import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { type EventStream, openEventStream } from '../harness/event-stream.ts'
import { modernMessage, openSession } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { listen } from '../harness/subscriptions.ts'
import { verifies } from '../verifies.ts'

const lifetimeSeconds = 3_600
/** A machine that does much else at the same time is slow. */
const patienceMs = 20_000
const stack = await testStack({ REVOCATION_CHECK_SECONDS: '1' })

type Tokens = Awaited<ReturnType<typeof tokensFor>>

/** Opens a stream with a token of its own. */
interface Kind {
  readonly what: string
  open(tokens: Tokens): Promise<EventStream>
}

const kinds: readonly Kind[] = [
  {
    what: 'a 2024-11-05 stream',
    open: ({ access_token }) => openEventStream(stack.mcpUrl, bearer(access_token)),
  },
  {
    what: 'subscriptions/listen',
    async open({ access_token }) {
      const notifications = { resourcesListChanged: true }
      return (await listen(stack.mcpUrl, access_token, notifications)).stream
    },
  },
  {
    what: 'the stream of a session',
    async open({ access_token }) {
      const { headers } = await openSession(stack.mcpUrl, access_token, '2025-11-25')
      return openEventStream(stack.mcpUrl, { ...headers, ...bearer(access_token) })
    },
  },
]

describe('an open stream', () => {
  for (const { what, open } of kinds) {
    verifies('RS-47', `${what} ends when its token expires`, async () => {
      const stream = await open(await tokensFor(stack))
      const other = await open(await tokensFor(stack))
      passTime(lifetimeSeconds + 1)
      await Promise.all([stream.ended(patienceMs), other.ended(patienceMs)])
    })

    verifies('RS-47', `${what} ends when its token is revoked, and no other does`, async () => {
      const tokens = await tokensFor(stack)
      const stream = await open(tokens)
      const other = await open(await tokensFor(stack))
      const ended: string[] = []
      const watch = (name: string, { ended: end }: EventStream) =>
        end(patienceMs).then(() => ended.push(name))
      const watching = [watch('revoked', stream), watch('other', other)]
      await tokens.client.revoke(tokens.refresh_token)
      await watching[0]
      expect(ended).toEqual(['revoked'])
      other.close()
      await watching[1]
    })
  }

  verifies(
    ['RS-41', 'RS-85'],
    'is kept from proxies’ caches and buffers, and kept alive every 15 s by comments',
    async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      onTestFinished(() => void vi.useRealTimers())
      const { access_token } = await tokensFor(stack)
      const session = await openSession(stack.mcpUrl, access_token, '2025-11-25')
      const { message, headers } = modernMessage('subscriptions/listen', {
        notifications: { resourcesListChanged: true },
      })
      for (const [what, init] of [
        ['2024-11-05', {}],
        ['a session', { headers: session.headers }],
        ['2026-07-28', { method: 'POST', headers, body: JSON.stringify(message) }],
      ] as const) {
        const stop = new AbortController()
        const response = await fetch(stack.mcpUrl, {
          ...init,
          headers: {
            ...('headers' in init && init.headers),
            ...bearer(access_token),
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
          },
          signal: stop.signal,
        })
        expect(response.headers.get('content-type'), what).toMatch(/^text\/event-stream/)
        expect(response.headers.get('cache-control'), what).toBe('no-cache, no-transform')
        expect(response.headers.get('x-accel-buffering'), what).toBe('no')
        const text = response.body!.pipeThrough(new TextDecoderStream()).getReader()
        let read = ''
        const more = async () => {
          read += (await text.read()).value
        }
        if (what !== 'a session') await more()
        await vi.advanceTimersByTimeAsync(15_000)
        while (!/^:/m.test(read)) await more()
        stop.abort()
      }
    },
  )

  verifies(
    ['RS-46', 'RS-47', 'RS-83'],
    'is opened anew with the next token of the same session',
    async () => {
      const tokens = await tokensFor(stack)
      const { headers } = await openSession(stack.mcpUrl, tokens.access_token, '2025-11-25')
      const stream = await openEventStream(stack.mcpUrl, {
        ...headers,
        ...bearer(tokens.access_token),
      })
      passTime(lifetimeSeconds + 1)
      await stream.ended(patienceMs)
      const { body } = await tokens.client.refresh(tokens.refresh_token)
      const renewed = { ...headers, ...bearer(body.access_token) }
      const again = await openEventStream(stack.mcpUrl, renewed)
      expect(again.status).toBe(200)
      again.close()
    },
  )
})
