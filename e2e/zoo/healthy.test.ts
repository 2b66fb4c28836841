import { examine, type Report } from '@neonpanel/doctor/examine'
import { afterAll, describe, expect, it } from 'vitest'
import { startBareSdk } from './healthy/bare-sdk.ts'
import { startSdkBehindOidcProvider } from './healthy/sdk-behind-oidc-provider.ts'
import { startSdkExample } from './healthy/sdk-example.ts'
import { signInBySdk } from './healthy/sdk-sign-in.ts'
import { startZooStack } from './zoo-stack.ts'

const withinMs = 5_000
const reports: Report[] = []

const errorsOf = ({ findings }: Report) => findings.filter(({ level }) => level === 'error')

/** Has the doctor examine a server that is well, and sees that it says so in time. */
async function foundWell(...parameters: Parameters<typeof examine>): Promise<Report> {
  const report = await examine(...parameters)
  reports.push(report)
  expect(errorsOf(report).map(({ id, where, got }) => ({ id, where, got }))).toEqual([])
  expect(report.durationMs).toBeLessThanOrEqual(withinMs)
  return report
}

afterAll(() => {
  const errors = reports.flatMap(errorsOf).length
  const slowest = Math.max(...reports.map(({ durationMs }) => durationMs)) / 1000
  console.log(
    `healthy: ${reports.length} examinations, ${errors} errors; slowest ${slowest.toFixed(1)} s`,
  )
})

describe('the doctor finds no error at', () => {
  it.each(['iat', 'open'])('this stack with registration %s', async (REGISTRATION_MODE) => {
    await using zoo = await startZooStack({ REGISTRATION_MODE })
    const { mcpUrl } = zoo.stack
    expect((await foundWell(mcpUrl)).entry?.kind).toBe('protected')
    const signedIn = await foundWell(mcpUrl, { signIn: zoo.signIn })
    expect(signedIn.areas.find(({ area }) => area === 'refresh')?.outcome).toBe('passed')
  })

  it.each([
    ['the SDK’s example with its demo authorization server', []],
    ['the same where it takes tokens for itself alone', ['--oauth-strict' as const]],
  ])('%s', async (_, strict) => {
    const mcpUrl = await startSdkExample('--oauth', ...strict)
    expect((await foundWell(mcpUrl)).entry?.kind).toBe('protected')
    await foundWell(mcpUrl, { signIn: () => signInBySdk(mcpUrl, 'mcp:tools') })
  })

  it('the SDK’s bearer authentication behind oidc-provider', async () => {
    const { entry } = await foundWell(await startSdkBehindOidcProvider())
    expect(entry?.kind).toBe('protected')
  })

  it.each([
    ['the SDK’s example', () => startSdkExample()],
    ['the bare SDK', startBareSdk],
  ])('%s without authorization, and says that it asks for no token', async (_, start) => {
    const { entry, findings } = await foundWell(await start())
    expect(entry?.kind).toBe('open')
    const said = findings.find(({ id }) => id === 'asks_for_no_token')
    expect(said?.level).toBe('note')
  })
})
