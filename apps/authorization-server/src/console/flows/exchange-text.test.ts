import type { StoryExchange } from '@neonpanel/flows/story'
import { expect, test } from 'vitest'
import { requestText, responseText } from './exchange-text.ts'

const exchange = (changes: Partial<StoryExchange>): StoryExchange => ({
  id: 'x',
  server: 'authorization-server',
  step: 'token',
  at: new Date(0),
  durationMs: 1,
  correlationId: undefined,
  request: { method: 'GET', url: '/', headers: {}, body: undefined },
  response: undefined,
  ...changes,
})

test('a form is told by parameters, its secrets by kind and length, the wrong one marked', () => {
  const { markup } = requestText(
    exchange({
      request: {
        method: 'POST',
        url: '/oauth2/token',
        headers: { host: 'inner', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'code=[code, 43 chars]&redirect_uri=http%3A%2F%2Flocalhost%2Fcb&scope=a+b',
      },
    }),
    'auth.test',
    { got: 'http://localhost/cb', expected: 'http://127.0.0.1/cb' },
  )
  expect(markup).toBe(
    [
      'POST /oauth2/token HTTP/1.1',
      '<b>Host:</b> auth.test',
      '<b>Content-Type:</b> application/x-www-form-urlencoded',
      '',
      '<b>code</b>=<span class="redacted">code, 43 chars</span>',
      '<b>redirect_uri</b>=http://<mark>localhost</mark>/cb',
      '<b>scope</b>=a b',
    ].join('\n'),
  )
})

test('the parameters of an address stand below it', () => {
  const { markup } = requestText(
    exchange({ request: { method: 'GET', url: '/a?x=1&y=%zz', headers: {}, body: undefined } }),
    'auth.test',
  )
  expect(markup).toBe('GET /a HTTP/1.1\n<b>Host:</b> auth.test\n\n<b>x</b>=1\n<b>y</b>=%zz\n')
})

test('an answer is told with its words, its redirect and its JSON', () => {
  const redirect = responseText(
    exchange({
      response: {
        status: 303,
        headers: { location: 'http://127.0.0.1/cb?code=[code, 43 chars]&iss=https%3A%2F%2Fa.test' },
        body: undefined,
      },
    }),
  ).markup
  expect(redirect).toBe(
    [
      'HTTP/1.1 303 See Other',
      '<b>Location:</b> http://127.0.0.1/cb',
      '  ?code=<span class="redacted">code, 43 chars</span>',
      '  &amp;iss=https://a.test',
      '',
    ].join('\n'),
  )
  const json = responseText(
    exchange({
      response: {
        status: 200,
        headers: { 'www-authenticate': 'Bearer' },
        body: { access_token: '[access token, 812 chars]', note: '<script>', list: [1] },
      },
    }),
  ).markup
  expect(json).toContain('<b>WWW-Authenticate:</b> Bearer')
  expect(json).toContain(
    '<b>&quot;access_token&quot;</b>: <span class="redacted">access token, 812 chars</span>,',
  )
  expect(json).toContain('&lt;script&gt;')
})

test('says when no answer came', () => {
  expect(responseText(exchange({})).markup).toBe('The connection ended without an answer.')
})
