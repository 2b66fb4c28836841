import { describe, expect, test } from 'vitest'
import { isNativeRedirectUri, redirectUrisProblem } from './redirect-uris.ts'

describe('redirect URIs', () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://app.example/cb?keep=1',
    'http://127.0.0.1:33418/',
    'http://localhost/callback',
    'http://[::1]:8080/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/oauth',
  ])('can be %s', (uri) => {
    expect(redirectUrisProblem([uri])).toBeUndefined()
  })

  test.each([
    'http://evil.example/cb',
    'http://localhost.evil.example/cb',
    'http://127.0.0.1@evil.example/cb',
    'https://user:pass@app.example/cb',
    'https://app.example/cb#fragment',
    'https://*.example.com/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https://app.example/x',
    'about:blank',
    'myapp://callback',
    'cursor://anysphere.cursor-mcp/other',
    'cursor://evil/oauth/callback',
    '/relative',
    'https://',
    '',
    `https://app.example/${'a'.repeat(2_048)}`,
    7,
    null,
  ])('cannot be %s', (uri) => {
    expect(redirectUrisProblem([uri])).toMatch(/^must /)
  })

  test('are at most ten', () => {
    const uris = Array.from({ length: 11 }, (_, index) => `https://app.example/${index}`)
    expect(redirectUrisProblem(uris.slice(1))).toBeUndefined()
    expect(redirectUrisProblem(uris)).toMatch(/^must /)
  })

  test.each([
    ['http://localhost:3334/oauth/callback', true],
    ['cursor://anysphere.cursor-mcp/oauth/callback', true],
    ['https://claude.ai/api/mcp/auth_callback', false],
    ['http://evil.example/cb', false],
    ['not a uri', false],
  ])('%s is an installed app’s: %s', (uri, expected) => {
    expect(isNativeRedirectUri(uri)).toBe(expected)
  })
})
