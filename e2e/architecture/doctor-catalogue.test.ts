import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findings } from '@neonpanel/doctor/catalogue'
import { areas, type FindingDefinition, levels } from '@neonpanel/doctor/finding'
import { personaNames } from '@neonpanel/personas/catalogue'
import { describe, expect, test } from 'vitest'
import { repository } from '../harness/process.ts'

const catalogue: Readonly<Record<string, FindingDefinition>> = findings
const entries = Object.entries(catalogue)

/** Sentences, the last of which may be what was seen. */
const sentences = /^\S.{14,}(?:[.:`)”]|\. \{got\})$/s

describe('the catalogue of the doctor', () => {
  test.each(entries)('%s says what it is, why, what to do and where that is written', (id, one) => {
    expect(id).toMatch(/^[a-z]+(?:_[a-z0-9]+)*$/)
    expect(levels).toContain(one.level)
    expect(Object.keys(areas)).toContain(one.area)
    expect(one.title, 'a title has no full stop').toMatch(/^\S.+[^.\s]$/)
    expect(one.title.length, 'a title is one line').toBeLessThanOrEqual(80)
    expect(one.why).toMatch(sentences)
    expect(one.fix).toMatch(sentences)
    expect(one.fix.replaceAll(/\{(?:where|got|expected)\}/g, '')).not.toMatch(/\{\w+\}/)
    for (const { title, url } of one.sources) {
      expect(title).toMatch(/\S/)
      expect(URL.parse(url)?.protocol, url).toBe('https:')
    }
    if (one.breaks === 'every client') return
    expect(new Set(one.breaks).size, 'a client is named once').toBe(one.breaks.length)
    for (const name of one.breaks) expect(personaNames).toContain(name)
  })

  test('no two findings have the same title', () => {
    const titles = entries.map(([, { title }]) => title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })

  test('every finding is provoked by a test, which names it', () => {
    const files = globSync(['packages/doctor/src/**/*.test.ts', 'e2e/{zoo,cli}/**/*.ts'], {
      cwd: repository,
    })
    const words = new Set(
      files.flatMap((file) => readFileSync(join(repository, file), 'utf8').match(/\b[a-z]\w+\b/g)),
    )
    expect(entries.map(([id]) => id).filter((id) => !words.has(id))).toEqual([])
  })
})
