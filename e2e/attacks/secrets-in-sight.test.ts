import { Writable } from 'node:stream'
import { appSecret } from '@neonpanel/database/settings'
import { createLog } from '@neonpanel/process/log'
import { startStack } from '@neonpanel/stack'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, bearer, postForm, send, sendJson } from '@neonpanel/testing-kit/client/http'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson, type Person } from '@neonpanel/testing-kit/person/people'
import { afterAll, describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { callTool, initializeMessage, mcpRequest, openSession, rpc } from '../harness/mcp.ts'
import { freshDatabase, quietEnvironment } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { registeredClient } from './registered-client.ts'

const lines: string[] = []
const destination = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk))
    done()
  },
})
const { variables, remove } = await freshDatabase()
const stack = await startStack({
  environment: { ...quietEnvironment, ...variables, LOG_LEVEL: 'trace' },
  log: createLog({ level: 'trace', format: 'json', destination }),
})
afterAll(async () => {
  await stack.stop()
  await remove()
})

/** Every secret that was issued or sent, by what it is. */
const secrets = new Map<string, string>()
const admin = adminApi(stack)

function note(name: string, value: string | undefined): string {
  expect(value, name).toBeTruthy()
  secrets.set(`${name} (${secrets.size})`, value ?? '')
  return value ?? ''
}

async function noteCookies(person: Person) {
  const cookies = await person.jar.getCookies(stack.issuer)
  for (const { key, value } of cookies) note(`cookie ${key}`, value)
}

/** Signs in, goes wrong on the way, consents, redeems, refreshes, replays, revokes. */
async function authorizationJourney() {
  const wrongPassword = note('wrong password', 'correct-horse-battery-staple')
  const person = createPerson(stack.issuer)
  const asked = oauthClient(stack, localClient).authorization()
  note('verifier', asked.verifier)
  const signIn = await person.open(asked.url)
  note('CSRF token', signIn.root.querySelector('input[name=csrf]')?.getAttribute('value'))
  const again = await person.signIn(signIn, wrongPassword)
  expect(textOf(again)).not.toContain(wrongPassword)
  const consent = await person.signIn(again)
  const callback = await person.decide(consent)
  const code = note('code', callback.url.searchParams.get('code') ?? '')
  await noteCookies(person)
  const client = oauthClient(stack, localClient)
  await client.redeem(code, note('wrong verifier', 'wrong-verifier-'.repeat(4)))
  const { body } = await client.redeem(code, asked.verifier)
  const accessToken = note('access token', body.access_token)
  const refreshToken = note('refresh token', body.refresh_token)
  const refreshed = await client.refresh(refreshToken)
  note('second access token', refreshed.body.access_token)
  note('second refresh token', refreshed.body.refresh_token)
  const account = await person.open(`${stack.issuer}/account`)
  note('account CSRF token', account.root.querySelector('input[name=csrf]')?.getAttribute('value'))
  await client.introspect(accessToken)
  await client.introspect(refreshToken)
  await client.revoke(accessToken)
  await client.refresh(note('guessed refresh token', 'guess-'.repeat(8)))
  await client.redeem(code, asked.verifier)
  await send(`${stack.issuer}/oauth2/userinfo?access_token=${accessToken}`)
  await send(`${stack.issuer}/oauth2/userinfo`, { headers: bearer(accessToken) })
}

/** Registers, manages, authenticates in every way, and fails in every way. */
async function clientJourney() {
  const minted = await admin.mint({ max_uses: 3 })
  const iat = note('initial access token', minted.initial_access_token)
  const client = await registeredClient(stack, 'https://app.example/cb')
  const secret = note('client secret', client.clientSecret)
  const rat = note('registration access token', client.managementToken)
  await send(client.managementUrl, { headers: bearer(rat) })
  await sendJson(
    'PUT',
    client.managementUrl,
    { client_id: client.clientId, redirect_uris: ['x'] },
    bearer(rat),
  )
  await sendJson(
    'POST',
    `${stack.issuer}/oauth2/register`,
    { redirect_uris: ['javascript:1'] },
    bearer(iat),
  )
  await sendJson('POST', `${stack.issuer}/oauth2/register?access_token=${iat}`, {})
  const { code, redeem } = await codeFlow(stack, { client })
  note('confidential code', code)
  const { body } = await redeem()
  note('confidential access token', body.access_token)
  note('confidential refresh token', body.refresh_token)
  const wrong = note('wrong client secret', 'not-the-client-secret-0123456789')
  const wish = { grant_type: 'client_credentials', scope: 'read:companies' }
  const token = `${stack.issuer}/oauth2/token`
  await postForm(token, wish, basic(client.clientId, wrong))
  await postForm(token, { ...wish, client_id: client.clientId, client_secret: wrong })
  await postForm(`${token}?client_secret=${secret}`, wish)
  await postForm(token, wish, basic('demo-service', note('demo secret', 'neonpanel-demo-secret')))
  const asked = oauthClient(stack, localClient).authorization()
  await postForm(`${stack.issuer}/oauth2/par`, Object.fromEntries(asked.parameters))
}

/** Calls tools in every revision, with good and bad tokens. */
async function mcpJourney() {
  const { access_token } = await tokensFor(stack)
  const token = note('MCP access token', access_token)
  await callTool(stack.mcpUrl, token, 'list_companies')
  await callTool(stack.mcpUrl, token, 'get_item_cogs', { item_id: 'x' })
  const session = await openSession(stack.mcpUrl, token, '2025-11-25')
  await session.request(rpc('tools/list'))
  const stream = await openEventStream(stack.mcpUrl, bearer(token))
  const endpoint = new URL((await stream.next()).data, stack.mcpUrl)
  await mcpRequest(endpoint.href, initializeMessage('2024-11-05'), bearer(token))
  stream.close()
  const [head, payload] = token.split('.')
  await callTool(
    stack.mcpUrl,
    note('forged token', `${head}.${payload}.${'A'.repeat(86)}`),
    'search',
  )
  await mcpRequest(`${stack.mcpUrl}?access_token=${token}`, rpc('ping'))
}

/** Administers, with right and wrong tokens, on pages as well. */
async function adminJourney() {
  note('administrator’s token', stack.adminToken)
  await send(`${stack.issuer}/console/api/clients`, {
    headers: bearer(note('wrong administrator’s token', 'not-the-administrators-token')),
  })
  const person = createPerson(stack.issuer, 'admin')
  const home = await person.signIn(await person.open(`${stack.issuer}/sign-in?return_to=/console`))
  note('console CSRF token', home.root.querySelector('input[name=csrf]')?.getAttribute('value'))
  await person.open(`${stack.issuer}/console/clients`)
  await noteCookies(person)
  const minted = await admin.post<{ token: string }>('/tokens', { person: person.email })
  note('minted token', minted.body.token)
  await person.press(await person.press(home, 'Menu'), 'Sign out')
}

/** Every flow in every format. */
async function flowExports(): Promise<string> {
  const { body } = await admin.get<{ items: { id: string }[] }>('/flows?limit=200')
  const texts = body.items.flatMap(({ id }) =>
    ['json', 'har', 'mermaid'].map(async (format) => {
      const path = `/console/api/flows/${id}?format=${format}`
      const { text } = await send(stack.issuer + path, { headers: bearer(stack.adminToken) })
      return text
    }),
  )
  return (await Promise.all(texts)).join('\n')
}

const sights = await (async () => {
  note('demo password', demoPassword)
  note('APP_SECRET', await appSecret(stack.database))
  await authorizationJourney()
  await clientJourney()
  await mcpJourney()
  await adminJourney()
  const metrics = await Promise.all(
    [stack.issuer, new URL(stack.mcpUrl).origin].map((origin) => send(`${origin}/metrics`)),
  )
  const read = async (path: string) => JSON.stringify((await admin.get(path)).body)
  return {
    'the log': lines.join(''),
    'the audit table': JSON.stringify(await stack.database.prisma.auditEvent.findMany()),
    'the metrics': metrics.map(({ text }) => text).join(''),
    'the recorded exchanges': await read('/requests'),
    'the flows': await read('/flows'),
    'the rows of flows': JSON.stringify(await stack.database.prisma.flowExchange.findMany()),
    'the exports of flows': await flowExports(),
  }
})()

describe('a whole run at LOG_LEVEL=trace', () => {
  verifies(['AS-39', 'AS-169'], 'has something to look at', () => {
    expect(secrets.size).toBeGreaterThan(30)
    expect(lines.length).toBeGreaterThan(50)
    expect(sights['the recorded exchanges']).toContain('/oauth2/token')
    expect(sights['the audit table']).toContain('token.issued')
    expect(sights['the exports of flows']).toContain('sequenceDiagram')
    expect(sights['the exports of flows']).toContain('/oauth2/token')
    for (const [name, secret] of secrets) expect(secret.length, name).toBeGreaterThan(12)
  })

  for (const [where, text] of Object.entries(sights)) {
    verifies(['AS-39', 'AS-169', 'RS-29', 'attack-fails'], `leaves no secret in ${where}`, () => {
      for (const [name, secret] of secrets) {
        for (const form of [
          secret,
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64'),
          JSON.stringify(secret).slice(1, -1),
        ]) {
          expect(text.includes(form), `${name} in ${where}`).toBe(false)
        }
      }
    })
  }
})
