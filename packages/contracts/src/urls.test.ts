import { describe, expect, it } from 'vitest'
import { isLoopbackUrl, issuerUrl, resourceUrl } from './urls.ts'

describe('isLoopbackUrl', () => {
  it.each([
    'http://localhost',
    'http://localhost:4400/path',
    'http://LOCALHOST:4400',
    'http://127.0.0.1:4400',
    'http://[::1]:4400',
    'http://my.localhost:4400',
    'https://localhost',
  ])('%s is', (url) => {
    expect(isLoopbackUrl(url)).toBe(true)
  })

  it.each([
    '',
    'localhost',
    'http://localhost.evil.example',
    'http://notlocalhost',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1@evil.example',
    'http://evil.example/localhost',
    'http://evil.example#localhost',
    'http://0.0.0.0:4400',
    'http://192.168.0.1',
    'http://[::2]',
  ])('%j is not', (url) => {
    expect(isLoopbackUrl(url)).toBe(false)
  })
})

describe('issuerUrl', () => {
  it.each([
    'https://my.neonpanel.com',
    'https://my.neonpanel.com:8443',
    'http://localhost:4400',
    'http://127.0.0.1:4400',
    'http://[::1]:4400',
  ])('accepts %s', (url) => {
    expect(issuerUrl.parse(url)).toBe(url)
  })

  it.each([
    '',
    'my.neonpanel.com',
    'http://my.neonpanel.com',
    'ftp://localhost',
    'https://my.neonpanel.com/',
    'https://my.neonpanel.com/oauth2',
    'https://my.neonpanel.com?tenant=1',
    'https://my.neonpanel.com#top',
    'https://my.neonpanel.com:443',
    'https://user:password@my.neonpanel.com',
    'https://My.neonpanel.com',
    'http://localhost.evil.example',
  ])('refuses %j', (url) => {
    expect(issuerUrl.safeParse(url).success).toBe(false)
  })
})

describe('resourceUrl', () => {
  it.each([
    'https://mcp.neonpanel.com/mcp',
    'https://mcp.neonpanel.com',
    'http://localhost:4401/mcp',
  ])('accepts %s', (url) => {
    expect(resourceUrl.parse(url)).toBe(url)
  })

  it.each([
    '',
    '/mcp',
    'http://mcp.neonpanel.com/mcp',
    'https://mcp.neonpanel.com/mcp/',
    'https://mcp.neonpanel.com/',
    'https://mcp.neonpanel.com/mcp?x=1',
    'https://mcp.neonpanel.com/mcp#x',
    'https://user@mcp.neonpanel.com/mcp',
  ])('refuses %j', (url) => {
    expect(resourceUrl.safeParse(url).success).toBe(false)
  })
})
