import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ReportDocument, reportDocument } from '@neonpanel/doctor/report/document'
import { startServers } from '@neonpanel/doctor/testing/servers'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { commandLine } from '../harness/command-line.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { verifies } from '../verifies.ts'

const id = 'cli-doctor'
const stack = await testStack()

/** The report of one run in JSON, and how it ended. */
async function examined(mcpUrl: string, words: readonly string[] = []) {
  const cli = await commandLine(stack)
  const finished = await cli.run(['doctor', mcpUrl, '--json', ...words])
  const report = reportDocument.parse(JSON.parse(finished.out))
  return { ...finished, report }
}

const errorsOf = ({ findings }: ReportDocument) =>
  findings.filter(({ level }) => level === 'error').map(({ id }) => id)

const outcomesOf = ({ areas }: ReportDocument) =>
  Object.fromEntries(areas.map(({ area, outcome }) => [area, outcome]))

describe('at this stack', () => {
  verifies(id, 'finds no error, and says how each client gets in', async () => {
    const { code, err, report } = await examined(stack.mcpUrl)
    expect(errorsOf(report)).toEqual([])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(report).toMatchObject({ entry: 'protected', authorization_server: stack.issuer })
    expect(report.readiness.map(({ persona, verdict }) => `${persona} ${verdict}`)).toEqual(
      expect.arrayContaining(['claude works_after', 'vscode works', 'cursor works_after']),
    )
    expect(report.readiness.filter(({ verdict }) => verdict === 'fails')).toEqual([])
    expect(report.readiness.find(({ persona }) => persona === 'cursor')?.says).toContain(
      `neonpanel register cursor --iat <token> --issuer ${stack.issuer}`,
    )
  })

  verifies(id, 'leaves no client behind', async () => {
    const count = async () => {
      const { body } = await adminApi(stack).get<{ items: unknown[] }>('/clients')
      return body.items.length
    }
    const before = await count()
    await examined(stack.mcpUrl)
    expect(await count()).toBe(before)
  })

  verifies(
    id,
    'with a token it looks behind the sign-in, and shows the token nowhere',
    async () => {
      const { access_token: token } = await tokensFor(stack)
      const cli = await commandLine(stack)
      const page = join(await temporaryDirectory(), 'report.html')
      for (const [words, input] of [
        [['--token', token], undefined],
        [['--token', '-', '--html', page], `${token}\n`],
      ] as const) {
        const { code, out, err } = await cli.run(
          ['doctor', stack.mcpUrl, '--json', '--verbose', ...words],
          input,
        )
        const report = reportDocument.parse(JSON.parse(out))
        expect(errorsOf(report)).toEqual([])
        expect(code, err).toBe(0)
        expect(outcomesOf(report)).toMatchObject({ refresh: 'skipped' })
        expect(outcomesOf(report).token).not.toBe('skipped')
        expect(outcomesOf(report).tools).not.toBe('skipped')
        expect(out).not.toContain(token.split('.')[2])
      }
      expect(readFileSync(page, 'utf8')).not.toContain(token.split('.')[2])
    },
  )

  verifies(id, 'with --login it signs in, examines the refresh, and keeps nothing', async () => {
    const cli = await commandLine(stack)
    const doctor = cli.start(['doctor', stack.mcpUrl, '--json', '--login', '--no-browser'])
    await using _ = doctor
    const [, address = ''] = await doctor.until(/^ {2}(http\S+)$/m)
    const callback = await createPerson(stack.issuer).authorize(new URL(address))
    await (await fetch(callback)).text()
    const { code, out, err } = await doctor.finished
    const report = reportDocument.parse(JSON.parse(out))
    expect(errorsOf(report)).toEqual([])
    expect(code, err).toBe(0)
    expect(Object.values(outcomesOf(report))).not.toContain('skipped')
    expect(existsSync(cli.file)).toBe(false)
  })

  verifies(id, 'a sign-in that is denied loses nothing of what was seen before', async () => {
    const cli = await commandLine(stack)
    const doctor = cli.start(['doctor', stack.mcpUrl, '--json', '--login', '--no-browser'])
    await using _ = doctor
    const [, address = ''] = await doctor.until(/^ {2}(http\S+)$/m)
    const callback = await createPerson(stack.issuer).authorize(new URL(address), { press: 'Deny' })
    await (await fetch(callback)).text()
    const { code, out, err } = await doctor.finished
    const report = reportDocument.parse(JSON.parse(out))
    expect(code).toBe(1)
    expect(err).toContain('Access was denied')
    expect(report.areas.find(({ area }) => area === 'token')).toMatchObject({
      outcome: 'skipped',
      because: 'The sign-in did not succeed.',
    })
    expect(outcomesOf(report).registration).not.toBe('skipped')
  })
})

describe('at a broken server', () => {
  verifies(id, 'names the defect first, in every form, and exits with 1', async () => {
    const api = adminApi(stack)
    onTestFinished(async () => {
      await api.remove('/faults')
    })
    await api.post('/faults', { preset: 'resource-of-another' })
    const folder = await temporaryDirectory()
    const files = { junit: 'doctor.xml', sarif: 'doctor.sarif', html: 'doctor.html' } as const
    const options = Object.entries(files).flatMap(([form, file]) => [
      `--${form}`,
      join(folder, file),
    ])
    const { code, err, report } = await examined(stack.mcpUrl, options)
    expect(code).toBe(1)
    const [first] = errorsOf(report)
    expect(report.first).toBe(first)
    expect(first).toBe('resource_mismatch')
    expect(JSON.parse(err).error).toContain(`(${first})`)
    expect(report.readiness.find(({ persona }) => persona === 'inspector')).toMatchObject({
      verdict: 'fails',
      cause: 'resource_metadata_mismatch',
    })

    const read = (form: keyof typeof files) => readFileSync(join(folder, files[form]), 'utf8')
    const junit = read('junit')
    expect(junit).toContain(`(${first})`)
    expect(junit).toContain('<failure')
    const sarif = JSON.parse(read('sarif'))
    expect(sarif.version).toBe('2.1.0')
    const results: { ruleId: string; level: string }[] = sarif.runs[0].results
    expect(results.find(({ level }) => level === 'error')?.ruleId).toBe(first)
    expect(read('html')).toContain(`<code class="faint">${first}</code>`)

    const cli = await commandLine(stack)
    const told = await cli.run(['doctor', stack.mcpUrl])
    expect(told.out).toMatch(/^First: /m)
    expect(told.out).toContain(`error  `)
    expect(told.err).toContain(`is not sound: `)
    for (const line of told.out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    const { code: tolerated } = await cli.run(['doctor', stack.mcpUrl, '--fail-on', 'never'])
    expect(tolerated).toBe(0)
  })

  verifies(id, 'nobody there is one error, and every client fails of it', async () => {
    const gone = await startServers()
    await gone.stop()
    const { code, report } = await examined(gone.mcpUrl)
    expect(code).toBe(1)
    expect(errorsOf(report)).toEqual(['connection_refused'])
    expect(new Set(report.readiness.map(({ cause }) => cause))).toEqual(
      new Set(['connection_refused']),
    )
  })
})

verifies(id, 'a bare server that asks for no token is explained, not blamed', async () => {
  await using bare = await startServers({ open: true })
  const { code, report } = await examined(bare.mcpUrl)
  expect(errorsOf(report)).toEqual([])
  expect(code).toBe(0)
  expect(report.entry).toBe('open')
  expect(report.readiness.find(({ persona }) => persona === 'vscode')?.says).toContain(
    'asks for no token',
  )
})

describe('misuse', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['mcp.example.com/mcp'], /Did you mean https:\/\/mcp\.example\.com\/mcp\?/],
    [['localhost:4401/mcp'], /Did you mean http:\/\/localhost:4401\/mcp\?/],
    [['not a url'], /is no address of an MCP server/],
    [[], /missing required argument 'mcp-url'/],
    [['http://localhost:1/mcp', '--device'], /belong to --login/],
    [['http://localhost:1/mcp', '--token', 'a', '--login'], /choose one of the two/],
    [['http://localhost:1/mcp', '--token', 'a b'], /no bearer token/],
    [['http://localhost:1/mcp', '--timeout', 'soon'], /Between 0 and 600 seconds/],
    [['http://localhost:1/mcp', '--fail-on', 'notes'], /Allowed choices are/],
  ]
  for (const [words, says] of cases) {
    verifies(id, `doctor ${words.join(' ')}`, async () => {
      const cli = await commandLine(stack)
      const { code, out, err } = await cli.run(['doctor', ...words])
      expect(err).toMatch(says)
      expect(out).toBe('')
      expect(code).toBe(2)
    })
  }

  verifies(id, 'a file that cannot be written is told, after the report', async () => {
    await using bare = await startServers({ open: true })
    const cli = await commandLine(stack)
    const { code, out, err } = await cli.run([
      'doctor',
      bare.mcpUrl,
      '--html',
      join(await temporaryDirectory(), 'no', 'such', 'folder.html'),
    ])
    expect(err).toContain('cannot be written (ENOENT)')
    expect(out).toContain('Real clients')
    expect(code).toBe(1)
  })
})
