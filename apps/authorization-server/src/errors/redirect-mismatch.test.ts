import { describe, expect, it } from 'vitest'
import { differing } from '../web/error-page.ts'
import { differenceBetween } from './redirect-mismatch.ts'

const registered = 'https://app.example/callback'

describe('the difference between two addresses', () => {
  it.each<[string, string]>([
    ['https://app.example/callback/', 'a trailing slash differs'],
    ['http://app.example/callback', 'the scheme differs'],
    ['https://app.example.evil.example/callback', 'the host differs'],
    ['https://app.example:8443/callback', 'the port differs'],
    ['https://app.example/Callback', 'the path differs'],
    ['https://app.example/callback?x', 'the query differs'],
    ['https://app.example/callback#x', 'the fragment differs'],
    ['https://app.example:443/callback', 'the spelling differs'],
    ['not a url', 'the requested value is not a URL'],
  ])('%s', (requested, sentence) => {
    expect(differenceBetween(requested, registered)).toBe(`Here ${sentence}.`)
  })
})

describe('the marked value', () => {
  it('marks only what differs', () => {
    expect(differing('https://app.example/callback/', registered).markup).toBe(
      'https://app.example/<wbr>callback<mark>/</mark>',
    )
  })

  it('marks nothing where the other value only has more', () => {
    expect(differing(registered, `${registered}/`).markup).not.toContain('<mark>')
  })

  it('marks the middle', () => {
    expect(differing('http://a:1/x', 'http://a:2/x').markup).toContain('<mark>1</mark>')
  })

  it('escapes on both sides of the mark', () => {
    const { markup } = differing('<a>"1"</a>', '<a>"2"</a>')
    expect(markup).toBe('&lt;a&gt;&quot;<mark>1</mark>&quot;&lt;/a&gt;')
  })
})
