import { describe, expect, it } from 'vitest'
import { redirectSources } from './security-headers.ts'

describe('what a form may end at', () => {
  it.each<[string, string[]]>([
    ['https://chatgpt.com/connector_platform_oauth_redirect', ['https://chatgpt.com', 'https:']],
    ['http://127.0.0.1:49210/callback', ['http://127.0.0.1:49210', 'https:']],
    ['http://[::1]:49210/callback', ['http:', 'https:']],
    ['cursor://anysphere.cursor-mcp/oauth/callback', ['cursor:', 'https:']],
  ])('%s', (redirectUri, sources) => {
    expect(redirectSources(redirectUri)).toEqual(sources)
  })

  it('lets the page of an editor send the browser on to the editor', () => {
    expect(redirectSources('https://vscode.dev/redirect')).toContain('vscode:')
  })

  it.each(['constructor', '__proto__'])('has no relay named %s', (name) => {
    expect(redirectSources(`https://${name}.example/`)).toHaveLength(2)
  })

  it('has no room for a second directive', () => {
    const [origin] = redirectSources("https://a.example/;script-src 'unsafe-inline'")
    expect(origin).toBe('https://a.example')
  })
})
