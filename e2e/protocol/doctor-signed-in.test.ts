import { examine, type Report } from '@neonpanel/doctor/examine'
import type { PresetId } from '@neonpanel/faults/presets'
import type { Stack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** The doctor with the sign-in of a person who granted this scope. */
async function examined(
  { issuer, mcpUrl }: Stack,
  scope = 'read:companies read:inventory',
): Promise<Report & { accessToken: string }> {
  const tokens = await tokensFor({ issuer, mcpUrl }, { scope })
  const { access_token: accessToken, client } = tokens
  const grant = {
    clientId: client.clientId,
    ...(tokens.refresh_token && { refreshToken: tokens.refresh_token }),
    tokenType: tokens.token_type ?? '',
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    requestedScope: scope,
  }
  const report = await examine(mcpUrl, { signIn: async () => ({ accessToken, grant }) })
  return { ...report, accessToken }
}

const signedIn = ['token', 'tools', 'step_up', 'refresh']

const named = ({ findings }: Report) =>
  findings
    .filter(({ area, level }) => signedIn.includes(area) && level !== 'note')
    .map(({ level, id, got }) => `${level} ${id}: ${got}`)

describe('the doctor, signed in', () => {
  verifies(
    'cli-doctor',
    'finds no error and no warning at the stack, and leaves nothing behind',
    async () => {
      const report = await examined(stack)
      expect(named(report)).toEqual([])
      const outcomes = report.areas.filter(({ area }) => signedIn.includes(area))
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(4).fill('passed'))
      const call = () => callTool(stack.mcpUrl, report.accessToken, 'list_companies')
      await expect.poll(async () => (await call()).status, { timeout: 15_000 }).toBe(401)
    },
  )

  verifies('cli-doctor', 'nor with opaque tokens', async () => {
    const opaque = await stackForTest({ ACCESS_TOKEN_FORMAT: 'opaque' })
    expect(named(await examined(opaque))).toEqual([])
  })

  verifies(
    'cli-doctor',
    'tells a client that loses its session to a repeated refresh',
    async () => {
      const strict = await stackForTest({ REFRESH_LEEWAY_SECONDS: '0' })
      expect(named(await examined(strict))).toEqual([
        expect.stringMatching(/^warning refresh_retry_ends_login/),
      ])
    },
  )
})

/** What the presets break that only a sign-in shows, and the first error that names it. */
const incidents: Partial<Record<PresetId, string>> = {
  'wrong-audience': 'token_audience_wrong',
  'audience-trailing-slash': 'token_audience_spelling',
  'rogue-key': 'token_signature_wrong',
  'tokens-expired': 'token_expired',
  'token-type-missing': 'token_type_not_bearer',
  'refresh-reuse': 'refresh_refused',
}

describe('at a stack that is broken on purpose, its first error is', () => {
  for (const [preset, id] of Object.entries(incidents)) {
    verifies('cli-doctor', `${id} for ${preset}`, async () => {
      const broken = await stackForTest()
      const added = await adminApi(broken).post('/faults', { preset, where: {} })
      expect(added.status, added.text).toBe(201)
      const { findings } = await examined(broken)
      const errors = findings.filter(({ level }) => level === 'error')
      expect(errors[0], JSON.stringify(errors.map((one) => one.id))).toMatchObject({ id })
    })
  }
})
