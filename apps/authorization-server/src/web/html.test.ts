import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakable, escapeHtml, html, raw, when } from './html.ts'

describe('html', () => {
  it('escapes what it is given, in content and in attributes', () => {
    const name = `<img src=x onerror="alert('1')"> & co`
    expect(html`<p title="${name}">${name}</p>`.markup).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co</p>',
    )
  })

  it('lets nothing through that could open a tag or leave a quoted attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']/)
        expect(html`${text}`.markup).toBe(escapeHtml(text))
      }),
    )
  })

  it('does not escape twice', () => {
    const inner = html`<b>${'a & b'}</b>`
    expect(html`<p>${inner}</p>`.markup).toBe('<p><b>a &amp; b</b></p>')
  })

  it('escapes each entry of a list', () => {
    expect(html`${['<', raw('<br>'), ['>']]}`.markup).toBe('&lt;<br>&gt;')
  })

  it.each<false | null | undefined>([false, null, undefined])('prints nothing for %s', (value) => {
    expect(html`a${value}b`.markup).toBe('ab')
  })

  it('prints zero', () => {
    expect(html`${0}`.markup).toBe('0')
  })

  it('does not take text that looks like markup for markup', () => {
    expect(html`${JSON.stringify({ markup: '<script>' })}`.markup).not.toContain('<script>')
  })
})

describe('when', () => {
  it('prints an attribute or nothing', () => {
    expect(html`<input${when(true, 'checked')}${when(false, 'disabled')}>`.markup).toBe(
      '<input checked>',
    )
  })
})

describe('breakable', () => {
  it('escapes a hostile address', () => {
    expect(breakable('https://a.example/"><script>').markup).toBe(
      'https://a.example/<wbr>&quot;&gt;&lt;script&gt;',
    )
  })

  it('leaves an address without a path in one piece', () => {
    expect(breakable('https://a.example').markup).toBe('https://a.example')
  })
})
