import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../testing/server.ts'
import { readErrorDocument } from './document.ts'
import { errorTopics, errorUri, topicOf } from './topics.ts'

const { content, sections } = await readErrorDocument()

describe('docs/errors.md', () => {
  const anchors = sections.filter(({ depth }) => depth === 3).map(({ anchor }) => anchor)

  test('has a section for every topic that the code names, and none that nothing names', () => {
    expect(anchors.toSorted()).toEqual(errorTopics.toSorted())
  })

  test('has each section once, and its anchor on the heading', () => {
    expect(new Set(anchors).size).toBe(anchors.length)
    for (const anchor of anchors) {
      expect(content.markup).toContain(`<h3 id="${anchor}"><code>${anchor}</code></h3>`)
    }
  })

  test('says of each what it means and where that is written', () => {
    const parts = content.markup.split('<h3 ').slice(1)
    for (const part of parts) expect(part).toMatch(/<\/h3>\s*<p><strong>/)
    const unsourced = parts.filter((part) => !part.includes('<p>Source: '))
    expect(unsourced.map((part) => /id="([^"]+)"/.exec(part)?.[1])).toEqual(['ended-sign-in'])
  })

  test('links within itself to sections that exist', () => {
    const links = [...content.markup.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor)
    expect(links.filter((anchor) => !anchors.includes(anchor!))).toEqual([])
  })
})

describe('the topic of an error', () => {
  const good = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }
  test.each<[string, boolean, Record<string, unknown>, string | undefined]>([
    ['invalid_request', true, {}, 'pkce'],
    ['invalid_request', true, { ...good, code_challenge_method: 'plain' }, 'pkce'],
    ['invalid_request', true, { ...good, code_challenge_method: undefined }, 'pkce'],
    ['invalid_request', true, { ...good, code_challenge: 'x'.repeat(44) }, 'pkce'],
    ['invalid_request', true, good, 'invalid_request'],
    ['invalid_request', true, { request_uri: 'urn:x' }, 'invalid_request'],
    ['invalid_request', false, {}, 'invalid_request'],
    ['invalid_redirect_uri', true, good, 'redirect-uri-mismatch'],
    ['invalid_redirect_uri', false, {}, 'invalid_redirect_uri'],
    ['consent_required', true, good, 'login_required'],
    ['use_dpop_nonce', false, {}, 'invalid_dpop_proof'],
    ['no_such_code', false, {}, undefined],
    ['constructor', false, {}, undefined],
  ])('%s (at authorize: %s, %j) is %s', (error, isAuthorization, parameters, topic) => {
    expect(topicOf({ error, isAuthorization, parameters })).toBe(topic)
  })

  test('leads to the page alone where there is none', () => {
    expect(errorUri('https://as.example', undefined)).toBe('https://as.example/docs/errors')
  })
})

describe('/docs/errors', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('is open to everybody and may be kept', async () => {
    const answer = await fetch(`${server.issuer}/docs/errors`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await answer.text()).toContain('<a href="#invalid_grant">')
  })

  test.each([
    ['POST', '/docs/errors'],
    ['GET', '/docs/errors/'],
    ['GET', '/docs/errors.md'],
    ['GET', '/docs/../package.json'],
    ['GET', '/docs'],
  ])('%s %s is nothing', async (method, path) => {
    expect((await fetch(server.issuer + path, { method })).status).toBe(404)
  })
})
