import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repository } from '../harness/process.ts'
import { terminalPicture } from '../pictures/terminal-picture.ts'

const pictures = globSync('docs/pictures/*.svg', { cwd: repository })
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: repository })]
const shown = pages.map((page) => readFileSync(join(repository, page), 'utf8')).join('\n')

// Renew them with: npm run pictures -w @neonpanel/e2e
describe.each(pictures)('%s', (picture) => {
  const svg = readFileSync(join(repository, picture), 'utf8')

  test('is shown by a page', () => {
    expect(shown).toContain(picture.split('/').at(-1))
  })

  test('tells nothing of the machine that it was recorded on', () => {
    const hosts = Array.from(svg.matchAll(/https?:\/\/([^/:<\s]+)/g), ([, host]) => host)
    const known = ['www.w3.org', 'localhost', 'github.com', 'www.rfc-editor.org']
    for (const host of hosts) expect([...known, 'modelcontextprotocol.io']).toContain(host)
    expect(svg).not.toMatch(/\/(?:home|root|work|Users|tmp)\//)
    expect(svg).not.toMatch(/<(?:script|image|foreignObject)\b/)
  })
})

test('a picture has each word at its cell, in its colour, and nothing that is markup', () => {
  const svg = terminalPicture('neonpanel', 'a  \u001B[31m<b>\u001B[39m', 20)
  expect(svg).toContain('class="red">&lt;b&gt;</tspan>')
  expect(svg).toContain('<tspan x="45.2" class="red">')
})

test('a line that is wider than the terminal is an error', () => {
  expect(() => terminalPicture('neonpanel', 'four words are wide', 10)).toThrow('where 10 are')
})
