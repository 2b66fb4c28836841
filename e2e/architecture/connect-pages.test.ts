import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { causes } from '@neonpanel/flows/verdicts/catalogue'
import { nameOfSource } from '@neonpanel/flows/verdicts/sources'
import {
  isPersonaName,
  type PersonaName,
  personaNames,
  personas,
} from '@neonpanel/personas/catalogue'
import { clientCauses } from '@neonpanel/personas/causes'
import { describePersona } from '@neonpanel/personas/describe-personas'
import { pasteInstructions } from '@neonpanel/personas/persona'
import { runBinary } from 'neonpanel/testing/binary'
import { describe, expect, test } from 'vitest'
import { repository } from '../harness/process.ts'

const folder = join(repository, 'docs', 'connect')
const pages = globSync('*.md', { cwd: folder }).toSorted()
const textOf = (page: string) => readFileSync(join(folder, page), 'utf8')

function personaNamed(name: string) {
  if (isPersonaName(name)) return personas[name as PersonaName]
  throw new Error(`There is no persona ${name}.`)
}

/** Where the stack stands after `npm start`, or behind a tunnel. */
const servers = {
  local: { mcpUrl: 'http://localhost:4401/mcp', issuer: 'http://localhost:4400' },
  public: { mcpUrl: 'https://mcp.example.com/mcp', issuer: 'https://my.example.com' },
}

/** The parts of the pages that come from data: what follows their mark, up to `<!-- /mark -->`. */
const parts: Record<string, (words: readonly string[]) => string> = {
  persona: ([name = '']) => describePersona(name, personaNamed(name)),
  paste([name = '', clientId = '', where = 'local']) {
    const connection = { clientId, ...servers[where as keyof typeof servers] }
    return ['```', ...pasteInstructions(personaNamed(name), connection), '```'].join('\n')
  },
  verdicts: (ids) => ids.map(verdictNamed).join('\n'),
}

/** In the words that hold where nothing is known about the attempt. */
function verdictNamed(id: string): string {
  const evidence = { step: 'discovery' } as const
  const known = causes.find((cause) => cause.id === id)
  const own = clientCauses.find((cause) => cause.id === id)
  const cause = known ?? own
  if (!cause) throw new Error(`There is no verdict ${id}.`)
  const fix = known ? known.fix(evidence) : own!.fix
  const name = `[\`${id}\`](../${known ? 'verdicts' : 'personas'}.md#${id})`
  const source = `[${nameOfSource(cause.source)}](${cause.source})`
  return `- **${cause.title}** (${name}). ${cause.says(evidence)}<br>${fix} ${source}`
}

const marked = /<!-- (persona|paste|verdicts): ([^\n]+?) -->\n[\s\S]*?<!-- \/\1 -->/g

const renew = (text: string) =>
  text.replace(marked, (_, part: string, words: string) => {
    const content = parts[part]!(words.split(/\s+/))
    return `<!-- ${part}: ${words} -->\n${content}\n<!-- /${part} -->`
  })

describe.each(pages)('docs/connect/%s', (page) => {
  // Renew it with: npm exec --workspace e2e -- vitest run architecture/connect-pages --update
  test('says what the data says', async () => {
    await expect(renew(textOf(page))).toMatchFileSnapshot(join(folder, page))
  })

  test('has nothing between marks but data', () => {
    const begun = textOf(page).match(/<!-- (?:persona|paste|verdicts):/g) ?? []
    expect(textOf(page).match(marked) ?? []).toHaveLength(begun.length)
    expect(textOf(page)).not.toMatch(/<!-- (\w+): .* -->\n<!-- \/\1 -->/)
  })

  test('names verdicts that there are', () => {
    const known = [...causes, ...clientCauses].map(({ id }) => id)
    const [, wrong = ''] = textOf(page).split('## What goes wrong')
    for (const [, cells = ''] of wrong.matchAll(/^\|[^|]*\|([^|]*)\|$/gm)) {
      for (const [, id] of cells.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) expect(known).toContain(id)
    }
  })

  test('links to what is there', () => {
    for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(dirname(join(folder, page)), target)), target).toBe(true)
    }
  })
})

test('every persona has a page of its own, or its facts in the index', () => {
  const index = textOf('README.md')
  for (const name of personaNames) {
    const own = `${name}.md`
    const place = pages.includes(own) ? textOf(own) : index
    expect(index, name).toContain(name)
    if (pages.includes(own)) expect(index).toContain(`(${own})`)
    expect(place, name).toContain(`neonpanel connect --as ${name}`)
    expect(place, name).toContain(`<!-- persona: ${name} -->`)
  }
})

test('commands of the pages are ones that the program has', async () => {
  const { out } = await runBinary(['connect', '--help'])
  const known = new Set(out.match(/--[a-z-]+/g))
  const commands = pages.flatMap((page) =>
    Array.from(textOf(page).matchAll(/neonpanel connect [^\n`]+/g), ([command]) => command),
  )
  expect(commands.length).toBeGreaterThan(personaNames.length)
  for (const command of commands) {
    const [, name = ''] = /--as (\S+)/.exec(command) ?? []
    if (!command.includes('--list') && !name.startsWith('<')) expect(personaNames).toContain(name)
    for (const option of command.match(/--[a-z-]+/g) ?? []) expect(known, command).toContain(option)
  }
})
