import { expect, test } from 'vitest'
import { redactBody, redactHeaders, redactUrl } from './redaction.ts'

const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln'

test('headers keep the scheme and lose the credentials', () => {
  const headers = new Headers({
    authorization: 'Bearer abcdef',
    'proxy-authorization': 'Basic abc',
    cookie: 'session=abc',
    'x-api-key': 'abc',
    location: 'https://client.example/callback?code=abc&state=s',
    'x-debug': `token ${jwt}`,
    'www-authenticate': 'Bearer error="invalid_token"',
  })
  expect(redactHeaders(headers)).toEqual({
    authorization: 'Bearer [credentials, 6 chars]',
    'proxy-authorization': '[proxy authorization, 9 chars]',
    cookie: '[cookie, 11 chars]',
    'x-api-key': '[x api key, 3 chars]',
    location: 'https://client.example/callback?code=[code, 3 chars]&state=s',
    'x-debug': `token [JWT, ${jwt.length} chars]`,
    'www-authenticate': 'Bearer error="invalid_token"',
  })
})

test('URLs lose secrets of query, fragment and user', () => {
  expect(redactUrl('https://mcp.example/mcp?company=7')).toBe('https://mcp.example/mcp?company=7')
  expect(redactUrl('https://me:secret@mcp.example/mcp')).toBe(
    'https://[user and password]@mcp.example/mcp',
  )
  expect(redactUrl('/callback#access_token=abc&code_challenge=c')).toBe(
    '/callback#access_token=[access token, 3 chars]&code_challenge=c',
  )
})

test('bodies lose the secrets of forms and JSON, and tokens wherever they stand', () => {
  const form = 'grant_type=refresh_token&refresh_token=abc&client_secret=def'
  expect(redactBody('application/x-www-form-urlencoded', form)).toBe(
    'grant_type=refresh_token&refresh_token=[refresh token, 3 chars]&client_secret=[client secret, 3 chars]',
  )
  const json =
    '{"access_token": "a\\"b", "token_type": "Bearer", "nested": [{"client_secret":"x"}]}'
  expect(redactBody('application/json', json)).toBe(
    '{"access_token": "[access token, 4 chars]", "token_type": "Bearer", "nested": [{"client_secret":"[client secret, 1 chars]"}]}',
  )
  expect(redactBody('text/html', `<p>${jwt}</p>`)).toBe(`<p>[JWT, ${jwt.length} chars]</p>`)
})
