import { postForm } from '@neonpanel/testing-kit/client/http'
import { claude, type TokenBody } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { fill } from '@neonpanel/testing-kit/person/page'
import { createPerson, type Person } from '@neonpanel/testing-kit/person/people'
import { afterAll, describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { startAuthorizationServers } from '../harness/cluster.ts'
import {
  atOnce,
  codeFor,
  errorsOf,
  inLanes,
  refreshWith,
  rounds,
  statuses,
  tokenRequest,
} from '../harness/simultaneous.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

vi.setConfig({ testTimeout: 120_000 + rounds * 2_000 })

// With a leeway nothing but what a test does ends a family.
const cluster = await startAuthorizationServers(4, { REFRESH_LEEWAY_SECONDS: '600' }, afterAll)
const { issuer, origins } = cluster
const admin = adminApi(cluster)

async function tokensOf(person: Person): Promise<TokenBody> {
  const [answer] = await atOnce(origins, 1, tokenRequest(0, await codeFor(cluster, person)))
  expect(answer?.status).toBe(200)
  return answer!.body
}

/**
 * Ends access while four processes refresh it, and tries what each of them gave out at each of them afterwards.
 *
 * @param end of whose answer on nothing may go through
 * @param error what a refresh is told then
 */
async function expectEnd(
  { refresh_token }: TokenBody,
  end: () => Promise<unknown>,
  error = 'invalid_grant',
): Promise<void> {
  const racing = atOnce(origins, 8, tokenRequest(1, refreshWith(refresh_token)))
  const [answers] = await Promise.all([racing, end()])
  const given = answers.flatMap(({ body }) => body.refresh_token ?? [])
  for (const token of new Set([refresh_token, ...given])) {
    const late = await atOnce(origins, 4, tokenRequest(2, refreshWith(token)))
    expect(errorsOf(late)).toEqual([error])
    expect(statuses(late)).not.toHaveProperty('200')
  }
}

const grantIdOf = ({ access_token }: TokenBody) => String(contentsOf(access_token).claims.grant_id)

describe('refreshing at once, in the leeway', () => {
  verifies(
    ['AS-88', 'contract-2.1-leeway', 'contract-9-any-number'],
    'brings one successor, from whichever process',
    async () => {
      const names = ['owner', 'analyst', 'warehouse'] as const
      const lanes = await Promise.all(
        names.map(async (name) => ({
          token: (await tokensOf(createPerson(issuer, name))).refresh_token,
        })),
      )
      await inLanes(lanes, async (lane, round) => {
        const answers = await atOnce(origins, 8, tokenRequest(round, refreshWith(lane.token)))
        expect(statuses(answers), `round ${round}`).toEqual({ 200: 8 })
        const successors = new Set(answers.map(({ body }) => body.refresh_token))
        expect(successors.size, `round ${round}`).toBe(1)
        lane.token = answers[0]?.body.refresh_token
      })
    },
  )
})

describe('in the very next request to any process, refreshing ends with', () => {
  verifies(
    ['contract-4-revoke-endpoint', 'contract-9-any-number'],
    'revocation by the client',
    async () => {
      const tokens = await tokensOf(createPerson(issuer))
      const token = tokens.refresh_token
      const form = { client_id: claude.clientId, token }
      await expectEnd(tokens, () => postForm(`${origins[1]}/oauth2/revoke`, form))
    },
  )

  verifies(
    ['contract-4-revoke-person', 'contract-9-any-number'],
    'revocation by the person',
    async () => {
      const person = createPerson(issuer)
      const tokens = await tokensOf(person)
      await expectEnd(tokens, async () => {
        const account = await person.open(`${issuer}/account`)
        const asked = await person.press(account, 'Revoke access for Claude')
        expect((await person.press(asked, 'Revoke access')).status).toBe(200)
      })
    },
  )

  verifies(
    ['contract-4-revoke-admin', 'contract-9-any-number'],
    'revocation by an administrator',
    async () => {
      const tokens = await tokensOf(createPerson(issuer))
      await expectEnd(tokens, () => admin.remove(`/grants/${grantIdOf(tokens)}`))
    },
  )

  verifies(
    ['contract-4-revoke-suspension', 'contract-9-any-number'],
    'suspending the person',
    async () => {
      const tokens = await tokensOf(createPerson(issuer, 'warehouse'))
      const id = contentsOf(tokens.access_token).claims.sub
      await expectEnd(tokens, () => admin.patch(`/people/${id}`, { suspended: true }))
    },
  )

  verifies(['AS-92', 'contract-9-any-number'], 'another password', async () => {
    const person = createPerson(issuer, 'analyst')
    const tokens = await tokensOf(person)
    await expectEnd(tokens, async () => {
      const page = await person.open(`${issuer}/account/security`)
      fill(page, 'Current password', demoPassword)
      fill(page, 'New password', 'nobody guesses this')
      fill(page, 'New password again', 'nobody guesses this')
      expect((await person.press(page, 'Change password')).status).toBe(200)
    })
  })

  verifies(
    ['AS-134', 'contract-9-any-number'],
    'suspending the client, and with deleting it',
    async () => {
      const suspended = await tokensOf(createPerson(issuer))
      const path = `/clients/${claude.clientId}`
      await expectEnd(suspended, () => admin.patch(path, { suspended: true }), 'invalid_client')
      await admin.patch(path, { suspended: false })
      const deleted = await tokensOf(createPerson(issuer))
      await expectEnd(deleted, () => admin.remove(path), 'invalid_client')
    },
  )
})
