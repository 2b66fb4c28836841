import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalResource, protectedResourceMetadataUrl } from './resource-identifier.ts'

const canonical = 'https://mcp.neonpanel.com/mcp'

describe('canonicalResource accepts', () => {
  it.each([
    'https://mcp.neonpanel.com/mcp',
    'https://mcp.neonpanel.com/mcp/',
    'https://mcp.neonpanel.com',
    'https://mcp.neonpanel.com/',
    'https://mcp.neonpanel.com/sse',
    'https://mcp.neonpanel.com/sse/',
    'HTTPS://MCP.NEONPANEL.COM/mcp',
    'https://MCP.neonpanel.com/',
    'Https://mcp.NeonPanel.com/sse/',
    'https://mcp.neonpanel.com:443/mcp',
  ])('%s', (resource) => {
    expect(canonicalResource(resource, canonical)).toBe(canonical)
  })

  it('the same spellings on loopback, with its port', () => {
    const local = 'http://localhost:4401/mcp'
    for (const path of ['', '/', '/mcp', '/mcp/', '/sse', '/sse/']) {
      expect(canonicalResource(`http://LOCALHOST:4401${path}`, local)).toBe(local)
    }
  })

  it('the origin alone when that is the canonical identifier', () => {
    expect(canonicalResource('https://mcp.example/', 'https://mcp.example')).toBe(
      'https://mcp.example',
    )
  })

  it('every mixture of upper and lower case in scheme and host', () => {
    const mixed = (text: string) =>
      fc
        .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
        .map((upper) => Array.from(text, (c, n) => (upper[n] ? c.toUpperCase() : c)).join(''))
    fc.assert(
      fc.property(mixed('https://mcp.neonpanel.com'), (origin) => {
        expect(canonicalResource(`${origin}/mcp`, canonical)).toBe(canonical)
      }),
    )
  })
})

describe('canonicalResource refuses', () => {
  it.each([
    '',
    'mcp',
    '/mcp',
    'mcp.neonpanel.com/mcp',
    '//mcp.neonpanel.com/mcp',
    'https:mcp.neonpanel.com/mcp',
    'https:/mcp.neonpanel.com/mcp',
    'https:////mcp.neonpanel.com/mcp',
    'urn:neonpanel:mcp',
    // another scheme, host or port
    'http://mcp.neonpanel.com/mcp',
    'wss://mcp.neonpanel.com/mcp',
    'https://my.neonpanel.com/mcp',
    'https://neonpanel.com/mcp',
    'https://mcp.neonpanel.com.evil.example/mcp',
    'https://evil.example/mcp.neonpanel.com/mcp',
    'https://mcp.neonpanel.com./mcp',
    'https://mcp.neonpanel.com:8443/mcp',
    // another path
    'https://mcp.neonpanel.com/MCP',
    'https://mcp.neonpanel.com/mcp//',
    'https://mcp.neonpanel.com//mcp',
    'https://mcp.neonpanel.com//',
    'https://mcp.neonpanel.com/mcp/tools',
    'https://mcp.neonpanel.com/mcp2',
    'https://mcp.neonpanel.com/x/../mcp',
    'https://mcp.neonpanel.com/./mcp',
    'https://mcp.neonpanel.com/%6dcp',
    'https://mcp.neonpanel.com/mcp%2F',
    'https://mcp.neonpanel.com/sse/mcp',
    // what a resource identifier never has (RFC 8707 section 2)
    'https://mcp.neonpanel.com/mcp#fragment',
    'https://mcp.neonpanel.com/mcp#',
    'https://mcp.neonpanel.com/mcp?tenant=1',
    'https://mcp.neonpanel.com/mcp?',
    'https://user@mcp.neonpanel.com/mcp',
    'https://user:password@mcp.neonpanel.com/mcp',
    // what URL parsers forgive
    ' https://mcp.neonpanel.com/mcp',
    'https://mcp.neonpanel.com/mcp ',
    'https://mcp.neonpanel.com/m\tcp',
    'https://mcp.neonpanel.com/mcp\n',
    'https:\\\\mcp.neonpanel.com\\mcp',
    'https://mcp.neonpanel.com\\mcp',
  ])('%j', (resource) => {
    expect(canonicalResource(resource, canonical)).toBeUndefined()
  })

  it('the canonical path on any other host', () => {
    fc.assert(
      fc.property(fc.domain(), (host) => {
        fc.pre(host !== 'mcp.neonpanel.com')
        expect(canonicalResource(`https://${host}/mcp`, canonical)).toBeUndefined()
      }),
    )
  })

  it('every path but the known ones', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        fc.pre(!['', '/', '/mcp', '/mcp/', '/sse', '/sse/'].includes(path))
        expect(canonicalResource(`https://mcp.neonpanel.com${path}`, canonical)).toBeUndefined()
      }),
    )
  })

  it('whatever is not the canonical value itself is never passed through', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([undefined, canonical]).toContain(canonicalResource(text, canonical))
      }),
    )
  })
})

describe('protectedResourceMetadataUrl', () => {
  it.each([
    ['https://mcp.neonpanel.com/mcp', '/.well-known/oauth-protected-resource/mcp'],
    ['https://mcp.neonpanel.com/sse/', '/.well-known/oauth-protected-resource/sse/'],
    ['https://mcp.neonpanel.com/sse', '/.well-known/oauth-protected-resource/sse'],
    ['https://mcp.neonpanel.com/', '/.well-known/oauth-protected-resource'],
    ['https://mcp.neonpanel.com', '/.well-known/oauth-protected-resource'],
  ])('of %s is %s', (resource, path) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(`https://mcp.neonpanel.com${path}`)
  })

  it('keeps the port', () => {
    expect(protectedResourceMetadataUrl('http://localhost:4401/mcp')).toBe(
      'http://localhost:4401/.well-known/oauth-protected-resource/mcp',
    )
  })
})
