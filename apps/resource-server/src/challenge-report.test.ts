import { createLog } from '@neonpanel/process/log'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createChallengeReport } from './challenge-report.ts'
import type { IntrospectionAnswer } from './introspection.ts'
import { modernToolCall } from './testing/messages.ts'
import { type RunningServer, startServer } from './testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from './testing/tiny-authorization-server.ts'

describe('a call without its scopes', () => {
  let authorizationServer: TinyAuthorizationServer
  let server: RunningServer

  beforeAll(async () => {
    authorizationServer = await startTinyAuthorizationServer()
    server = await startServer(authorizationServer, { REVOCATION_CHECK_SECONDS: '60' })
  })

  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await authorizationServer[Symbol.asyncDispose]()
  })

  const call = (token: string, tool: string) =>
    server.request('/mcp', { token, ...modernToolCall(tool) })

  /** Scopes that the authorization server was told of, by question. */
  const told = (token: string) =>
    authorizationServer.introspections
      .filter((question) => question.token === token)
      .map(({ challengedScope }) => challengedScope)

  it('is told of before its 403 is answered, each time', async () => {
    const token = await authorizationServer.mint()
    const { introspections } = authorizationServer
    expect((await call(token, 'list_companies')).status).toBe(200)
    expect(told(token)).toEqual([undefined])
    for (let count = 1; count <= 2; count += 1) {
      expect((await call(token, 'get_revenue_and_cogs')).status).toBe(403)
      expect(told(token)).toEqual([undefined, ...Array(count).fill('read:revenue read:cogs')])
    }
    const questions = introspections.filter((question) => question.token === token)
    expect(new Set(questions.map(({ authorization }) => authorization)).size).toBe(1)
  })

  it('is refused all the same while the authorization server is away', async () => {
    const token = await authorizationServer.mint()
    await call(token, 'list_companies')
    authorizationServer.fail(true)
    const { status } = await call(token, 'get_revenue_and_cogs')
    authorizationServer.fail(false)
    expect(status).toBe(403)
    expect(server.logged()).toContain('the authorization server was not told of a challenge')
    expect(server.logged()).not.toContain(token)
  })

  it('is not told of when its token is bad', async () => {
    const token = await authorizationServer.mint()
    authorizationServer.revoke(token)
    expect((await call(token, 'get_revenue_and_cogs')).status).toBe(401)
    expect(told(token)).toEqual([undefined])
  })
})

describe('a report', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is waited for a second at most', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<IntrospectionAnswer>()
    const report = createChallengeReport(() => answer)
    const onDone = vi.fn()
    const log = createLog({ level: 'silent', format: 'json' })
    const done = report('token', ['read:cogs'], log).then(onDone)
    await vi.advanceTimersByTimeAsync(999)
    expect(onDone).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(onDone).toHaveBeenCalledOnce()
    resolve({ active: false })
    await done
    expect(vi.getTimerCount()).toBe(0)
  })
})
