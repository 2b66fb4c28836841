import { type Answer, bearer, sendJson } from '@neonpanel/testing-kit/client/http'
import type { RegistrationBody } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { afterAll, describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { startAuthorizationServers } from '../harness/cluster.ts'
import {
  atOnce,
  codeFor,
  errorsOf,
  from,
  inLanes,
  refreshWith,
  rounds,
  statuses,
  tokenRequest,
} from '../harness/simultaneous.ts'
import { verifies } from '../verifies.ts'

vi.setConfig({ testTimeout: 120_000 + rounds * 4_000, hookTimeout: 120_000 })

/** Of each request, to four processes. */
const together = 8

const cluster = await startAuthorizationServers(4, { REFRESH_LEEWAY_SECONDS: '0' }, afterAll)
const admin = adminApi(cluster)
const persons = (['owner', 'analyst', 'warehouse'] as const).map((name) =>
  createPerson(cluster.issuer, name),
)

const winnerOf = <Body>(answers: readonly Answer<Body>[], status: number): Body => {
  const winners = answers.filter((answer) => answer.status === status)
  expect(winners).toHaveLength(1)
  return winners[0]!.body
}

describe(`of ${together} requests at once to four processes, ${rounds} times`, () => {
  verifies(
    ['AS-80', 'AS-78', 'contract-9-any-number', 'rfc6749-4.1.2-single-use'],
    'one redeems the code, and nobody keeps what it brought',
    async () => {
      await inLanes(persons, async (person, round) => {
        const form = await codeFor(cluster, person)
        const answers = await atOnce(cluster.origins, together, tokenRequest(round, form))
        expect(statuses(answers), `round ${round}`).toEqual({ 200: 1, 400: together - 1 })
        expect(errorsOf(answers)).toEqual(['invalid_grant'])
        const { refresh_token } = winnerOf(answers, 200)
        const later = await atOnce(
          cluster.origins,
          1,
          tokenRequest(round, refreshWith(refresh_token)),
        )
        expect(errorsOf(later), `round ${round}`).toEqual(['invalid_grant'])
      })
    },
  )

  verifies(
    ['AS-86', 'AS-87', 'contract-9-any-number', 'contract-4-refresh-rotation'],
    'one refreshes where there is no leeway, and the family ends',
    async () => {
      await inLanes(persons, async (person, round) => {
        const [first] = await atOnce(
          cluster.origins,
          1,
          tokenRequest(round, await codeFor(cluster, person)),
        )
        const form = refreshWith(first?.body.refresh_token)
        const answers = await atOnce(cluster.origins, together, tokenRequest(round, form))
        expect(statuses(answers), `round ${round}`).toEqual({ 200: 1, 400: together - 1 })
        expect(errorsOf(answers)).toEqual(['invalid_grant'])
        const { refresh_token } = winnerOf(answers, 200)
        const later = await atOnce(
          cluster.origins,
          4,
          tokenRequest(round, refreshWith(refresh_token)),
        )
        expect(statuses(later), `round ${round}`).toEqual({ 400: 4 })
      })
    },
  )

  verifies(
    ['contract-4-iat-atomic', 'AS-132', 'AS-134', 'contract-9-any-number'],
    'one registers with the token; the client has one state, and one end',
    async () => {
      await inLanes([1, 2, 3], async (_lane, round) => {
        const { initial_access_token } = await admin.mint()
        const metadata = { redirect_uris: ['https://app.example/cb'], client_name: 'New' }
        const registered = await atOnce(cluster.origins, together, (origin) =>
          sendJson<RegistrationBody>('POST', `${origin}/oauth2/register`, metadata, {
            ...bearer(initial_access_token),
            ...from(round),
          }),
        )
        expect(statuses(registered), `round ${round}`).toEqual({ 201: 1, 401: together - 1 })
        expect(errorsOf(registered)).toEqual(['invalid_token'])
        await changeAndDelete(winnerOf(registered, 201), round)
      })
    },
  )
})

async function changeAndDelete(client: RegistrationBody, round: number): Promise<void> {
  const { client_id, redirect_uris, token_endpoint_auth_method } = client
  const manage = (origin: string, method: string, name?: string) =>
    sendJson<RegistrationBody>(
      method,
      `${origin}/oauth2/register/${client_id}`,
      name && { client_id, redirect_uris, token_endpoint_auth_method, client_name: name },
      { ...bearer(client.registration_access_token), ...from(round) },
    )
  const changed = await atOnce(cluster.origins, together, (origin, turn) =>
    manage(origin, 'PUT', `Name ${turn}`),
  )
  expect(statuses(changed), `round ${round}`).toEqual({ 200: together })
  const read = await atOnce(cluster.origins, 4, (origin) => manage(origin, 'GET'))
  const names = new Set(read.map(({ body }) => body.client_name))
  expect(names.size, `round ${round}`).toBe(1)
  expect([...names][0]).toMatch(/^Name \d$/)

  const ended = await atOnce(cluster.origins, together, (origin, turn) =>
    turn < together / 2 ? manage(origin, 'DELETE') : manage(origin, 'PUT', 'Too late'),
  )
  const { 204: deleted, ...others } = statuses(ended)
  expect(deleted, `round ${round}`).toBe(1)
  for (const status of Object.keys(others)) expect(['200', '401']).toContain(status)
  const gone = await atOnce(cluster.origins, 4, (origin) => manage(origin, 'GET'))
  expect(statuses(gone), `round ${round}`).toEqual({ 401: 4 })
}
