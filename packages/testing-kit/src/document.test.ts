import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// docs/testing/kit.md is a program: every example of it is run as it stands there.

const run = promisify(execFile)
const workspace = fileURLToPath(new URL('../', import.meta.url))
const document = readFileSync(new URL('../../../docs/testing/kit.md', import.meta.url), 'utf8')
const examples = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)

const isOf = (library: string) => (code: string) => code.includes(`from '${library}'`)
const isWhole = isOf('@neonpanel/testing-kit')
const isVitest = isOf('@neonpanel/testing-kit/vitest')

/** What the page says that its examples have. */
const preamble = `
import assert from 'node:assert/strict'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
const yourClientsAuthorizationRequest = async (stack) => oauthClient(stack).authorization()
`

async function runNode(parameters: readonly string[], folder = workspace): Promise<string> {
  try {
    const options = { cwd: folder, timeout: 60_000, env: { NO_COLOR: '1' } }
    return (await run(process.execPath, parameters, options)).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${stdout}${stderr}`, { cause: 'the example' })
  }
}

const runProgram = (code: string) => runNode(['--input-type=module-typescript', '--eval', code])

test.each(examples.filter(isWhole))('an example that starts a stack runs: %#', async (code) => {
  await runProgram(`${preamble}${code}`)
})

test('the examples on a stack run one after the other', { timeout: 70_000 }, async () => {
  const told = examples.filter((code) => !isWhole(code) && !isVitest(code))
  expect(told.length).toBeGreaterThan(8)
  const blocks = told.map((code) => `{\n${code}}\nawait stack.reset()`)
  await runProgram(
    [
      preamble,
      "import { startStack } from '@neonpanel/testing-kit'",
      'await using stack = await startStack()',
      ...blocks,
    ].join('\n'),
  )
})

test('the example for Vitest is green there', { timeout: 70_000 }, async () => {
  const [code = ''] = examples.filter(isVitest)
  const results = join(workspace, 'test-results')
  mkdirSync(results, { recursive: true })
  // In the workspace: it imports the kit by its name.
  const folder = mkdtempSync(join(results, 'example-'))
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
    'vitest.mjs',
  )
  try {
    writeFileSync(join(folder, 'example.test.ts'), code)
    writeFileSync(
      join(folder, 'vitest.config.ts'),
      'export default { test: { testTimeout: 60_000 } }\n',
    )
    expect(await runNode([vitest, 'run', '--root', folder], folder)).toMatch(/Tests {2}2 passed/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
