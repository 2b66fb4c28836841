import { expect, it } from 'vitest'
import { html } from './html.ts'
import { icon, sprite } from './icons.ts'

it('holds only the icons that the page uses, each once', () => {
  const page = html`${icon('check')}${icon('check')}${icon('shield-alert')}`
  expect([...sprite(page).markup.matchAll(/id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
    'i-check',
    'i-shield-alert',
  ])
})

it('draws nothing for a page without icons', () => {
  expect(sprite(html`<p>i-check</p>`).markup).not.toContain('<symbol')
})
