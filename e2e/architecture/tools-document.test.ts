import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { describe, expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/tools.md'), 'utf8')

describe('docs/tools.md', () => {
  test.each(toolNames)('has a section for %s with the scopes that it needs', (name) => {
    const [, section = ''] = page.split(`\n### ${name}\n`)
    const [, scopes = ''] = /^\nScopes: (.*)\n/.exec(section) ?? []
    expect(scopes).toBe(toolScopes[name].map((scope) => `\`${scope}\``).join(' '))
  })
})
