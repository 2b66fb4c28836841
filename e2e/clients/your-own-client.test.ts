import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect, onTestFinished } from 'vitest'
import { freePort } from '../harness/balancer.ts'
import { repository, runProgram } from '../harness/process.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const page = readFileSync(join(repository, 'docs/connect/your-own-client.md'), 'utf8')

/** The programs of the page by the heading above each. */
const programs = Array.from(
  page.matchAll(/^## ([^\n]+)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm),
  ([, heading = '', program = '']) => ({ heading, program }),
)

/** Runs a program from the document where its packages are found, with a person who consents. */
async function run(program: string): Promise<string> {
  const port = await freePort()
  const file = join(repository, 'e2e', `example-${port}.ts`)
  const here = program
    .replaceAll('http://localhost:4401/mcp', stack.mcpUrl)
    .replaceAll('http://localhost:4400', stack.issuer)
    .replaceAll('8765', String(port))
  writeFileSync(file, here)
  onTestFinished(() => rm(file, { force: true }))
  const running = runProgram(file, [], {})
  const [, url = ''] = await running.until(/^Open (\S+)$/m)
  const callback = await createPerson(stack.issuer).authorize(url)
  expect(await (await fetch(callback)).text()).toBe('You may close this window.')
  const { code, stdout, stderr } = await running.finished()
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

describe('docs/connect/your-own-client.md runs as it stands', () => {
  verifies('connect-programs', 'has four programs', () => {
    const headings = programs.map(({ heading }) => heading)
    expect(headings).toEqual(['MCP SDK v2', 'MCP SDK v1', 'openid-client', 'Plain HTTP'])
  })

  for (const { heading, program } of programs) {
    verifies('connect-programs', heading, async () => {
      const told = await run(program)
      const expected = heading === 'openid-client' ? '"scope":"read:companies' : 'Harbor Goods'
      expect(told).toContain(expected)
    })
  }
})
