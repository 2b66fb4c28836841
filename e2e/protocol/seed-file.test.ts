import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool } from '../harness/mcp.ts'
import { repository, runScript } from '../harness/process.ts'
import { freshDatabase, quietEnvironment, stackForTest } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { verifies } from '../verifies.ts'

const guide = readFileSync(join(repository, 'docs/testing/seed-file.md'), 'utf8')
const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''

async function seedFile(text = example): Promise<string> {
  const path = join(await temporaryDirectory(), 'seed.yaml')
  await writeFile(path, text)
  return path
}

const client = { clientId: 'desktop-app', redirectUri: 'http://127.0.0.1:4711/callback' }
const job = { clientId: 'nightly-job', clientSecret: 'nightly-job-secret', redirectUri: '' }
const ada = { email: 'ada@acme.test', password: 'correct horse' }

type Stack = Awaited<ReturnType<typeof stackForTest>>

const tokensOfAda = (stack: Stack) =>
  tokensFor(stack, { client, person: createPerson(stack.issuer, ada) })

describe('a seed file', () => {
  verifies(
    'seed-file',
    'gives people, clients, a company with stock and keys that work',
    async () => {
      const stack = await stackForTest({ SEED: 'none', SEED_FILE: await seedFile() })
      const { access_token: token } = await tokensOfAda(stack)
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', kid: 'acme-1' })
      const { rpc } = await callTool(stack.mcpUrl, token, 'get_inventory_items')
      expect(rpc.result?.structuredContent).toMatchObject({
        items: [{ sku: 'ACME-1', on_hand: 120 }],
      })
      const { status } = await oauthClient(stack, job).token({ grant_type: 'client_credentials' })
      expect(status).toBe(200)
    },
  )

  verifies('seed-file', 'is there again after a reset, on top of the demo', async () => {
    const stack = await stackForTest({ SEED_FILE: await seedFile() })
    const admin = adminApi(stack)
    await admin.patch('/people/prs_ada', { suspended: true })
    await admin.remove('/clients/desktop-app')
    expect((await admin.post('/reset', {})).status).toBe(204)
    expect((await tokensOfAda(stack)).scope).toBe('read:companies read:inventory')
    expect((await tokensFor(stack)).scope).toBe('read:companies read:inventory')
  })

  verifies(
    'seed-file',
    'is applied once: a restart brings nothing back, nor makes keys anew',
    async () => {
      const { variables, remove } = await freshDatabase()
      onTestFinished(remove)
      const persistent = variables.DATABASE_URL ? {} : { DATA_DIR: await temporaryDirectory() }
      const environment = {
        ...quietEnvironment,
        ...variables,
        ...persistent,
        SEED: 'none',
        SEED_FILE: await seedFile(),
      }
      const first = await startStack({ environment })
      const { access_token: token } = await tokensOfAda(first)
      await adminApi(first).remove('/clients/stranger')
      await first.stop()
      await using second = await startStack({ environment })
      expect((await adminApi(second).get('/clients/stranger')).status).toBe(404)
      const { access_token: next } = await tokensOfAda(second)
      expect(decodeProtectedHeader(next)).toEqual(decodeProtectedHeader(token))
    },
  )

  verifies('seed-file-problems', 'ends the start with all its problems', async () => {
    const text = 'people:\n  - { email: x, name: X }\nclients:\n  - { nome: Y }\n'
    const environment = { ...quietEnvironment, DATA_DIR: 'memory', SEED_FILE: await seedFile(text) }
    const { code, stderr } = await runScript('start', environment).finished()
    expect(code).toBe(1)
    expect(stderr).toContain('line 2: people[0].email must be an e-mail address')
    expect(stderr).toContain('line 4: clients[0].nome there is no such member')
    expect(stderr).not.toContain('    at ')
  })
})
