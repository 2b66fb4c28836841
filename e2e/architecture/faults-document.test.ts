import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endpoints } from '@neonpanel/faults/endpoints'
import { faultKinds } from '@neonpanel/faults/kinds'
import { presets } from '@neonpanel/faults/presets'
import { describe, expect, it } from 'vitest'

const path = join(import.meta.dirname, '../../docs/testing/faults.md')
const page = readFileSync(path, 'utf8')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string) => `\`${text}\``

/** A thread as a link, anything else as it stands. */
function source(text: string): string {
  const [, repository, number] = /^([\w.-]+\/[\w.-]+)(?:#(\d+))?$/.exec(text) ?? []
  if (!repository) return text
  const issue = number ? `/issues/${number}` : ''
  return `[${text}](https://github.com/${repository}${issue})`
}

const sections = {
  endpoints: table(
    ['endpoint', 'is'],
    Object.entries(endpoints).map(([name, is]) => [code(name), is]),
  ),
  kinds: table(
    ['member of `what`', 'does', 'example'],
    Object.entries(faultKinds).map(([name, { does, example }]) => [
      code(name),
      does,
      code(JSON.stringify(example)),
    ]),
  ),
  presets: table(
    ['preset', 'what happened', 'a good client', 'from'],
    presets.map(({ id, story, goodClient, sources }) => [
      code(id),
      story,
      goodClient,
      sources.map(source).join(', '),
    ]),
  ),
}

describe('docs/testing/faults.md', () => {
  // Renew it with: npm run readme
  it('lists endpoints, kinds and presets as they are', async () => {
    const renewed = Object.entries(sections).reduce((text, [name, rows]) => {
      const marked = new RegExp(`(?<=<!-- ${name} -->\n)[\\s\\S]*?(?=<!-- /${name} -->)`)
      expect(text).toMatch(marked)
      return text.replace(marked, () => `${rows}\n`)
    }, page)
    await expect(renewed).toMatchFileSnapshot(path)
  })
})
