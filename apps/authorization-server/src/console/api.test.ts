import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApi, problemPaths } from '../testing/admin-api.ts'
import { startServer, type TestServer } from '../testing/server.ts'

describe('the admin API', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${server.issuer}/console/api${path}`, init)

  test('refuses a request without a token and says which one it wants', async () => {
    const answer = await call('/keys')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="NeonPanel admin API"')
    expect(await answer.json()).toEqual({
      error: 'unauthorized',
      error_description: expect.any(String),
      correlation_id: answer.headers.get('x-correlation-id'),
    })
  })

  test.each([
    ['another token', 'Bearer neonpanel-local-admix'],
    ['a part of the token', 'Bearer neonpanel-local'],
    ['the token and more', 'Bearer neonpanel-local-admin2'],
  ])('refuses %s as invalid', async (_, authorization) => {
    const answer = await call('/keys', { headers: { authorization } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test.each([
    ['Basic authentication', 'Basic bmVvbnBhbmVsLWxvY2FsLWFkbWlu'],
    ['an empty bearer', 'Bearer '],
    ['the token alone', 'neonpanel-local-admin'],
  ])('takes %s for no token', async (_, authorization) => {
    expect((await call('/keys', { headers: { authorization } })).status).toBe(401)
  })

  test('takes the token from no query parameter', async () => {
    expect((await call('/keys?access_token=neonpanel-local-admin')).status).toBe(401)
  })

  test('tells strangers nothing about what exists', async () => {
    expect((await call('/nothing-here')).status).toBe(401)
    expect((await call('/keys', { method: 'PUT' })).status).toBe(401)
  })

  test('answers wrong tokens with 429 in the end, and still takes the right one', async () => {
    const wrong = adminApi(server, 'wrong')
    let answer = await wrong.get('/keys')
    for (let attempt = 0; attempt < 40 && answer.status === 401; attempt += 1) {
      answer = await wrong.get('/keys')
    }
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await adminApi(server).get('/keys')).status).toBe(200)
  })

  test('keeps in the audit log that a wrong token was refused, and not the token', async () => {
    await adminApi(server, 'wrong').get('/keys')
    const { body } = await adminApi(server).get('/audit?type=admin_api.refused')
    expect(body.items.length).toBeGreaterThan(0)
    expect(JSON.stringify(body)).not.toContain('wrong')
  })

  test('answers what it does not have with 404, and a wrong method with 405 and Allow', async () => {
    const api = adminApi(server)
    expect(await api.get('/nothing')).toMatchObject({ status: 404, body: { error: 'not_found' } })
    const answer = await api.delete('/keys')
    expect(answer).toMatchObject({ status: 405, body: { error: 'method_not_allowed' } })
    expect(answer.headers.get('allow')).toContain('GET')
  })

  test.each([
    ['not JSON', 'application/json', '{', 400],
    ['a form', 'application/x-www-form-urlencoded', 'max_uses=1', 415],
    ['too large', 'application/json', `{"note":"${'x'.repeat(300_000)}"}`, 413],
    ['a list', 'application/json', '[]', 400],
    ['null', 'application/json', 'null', 400],
  ])('refuses a body that is %s', async (_, type, body, status) => {
    const answer = await call('/initial-access-tokens', {
      method: 'POST',
      headers: { authorization: 'Bearer neonpanel-local-admin', 'content-type': type },
      body,
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ correlation_id: expect.stringMatching(/^c-/) })
  })

  test('names every problem of a query at once', async () => {
    const answer = await adminApi(server).get('/grants?limit=0&active=maybe&cursor=nonsense')
    expect(answer.status).toBe(400)
    expect(problemPaths(answer).toSorted()).toEqual(['active', 'cursor', 'limit'])
  })

  test('pages through a list without repeating or hiding a row', async () => {
    const api = adminApi(server)
    const all = (await api.get('/people')).body.items.map(({ id }: { id: string }) => id)
    const paged: string[] = []
    let cursor = ''
    do {
      const { body } = await api.get(`/people?limit=4${cursor && `&cursor=${cursor}`}`)
      paged.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor ?? ''
    } while (cursor)
    expect(paged).toEqual(all)
    expect(all).toHaveLength(6)
  })

  test('never lets an answer be kept', async () => {
    expect((await adminApi(server).get('/keys')).headers.get('cache-control')).toBe('no-store')
  })
})

describe('the admin API without test controls', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'false' })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test.each(['/clock', '/faults', '/requests'])('has no %s', async (path) => {
    expect((await adminApi(server).get(path)).status).toBe(404)
  })

  test.each(['/reset', '/tokens', '/clock', '/faults'])('takes no POST at %s', async (path) => {
    expect((await adminApi(server).post(path, {})).status).toBe(404)
  })
})
