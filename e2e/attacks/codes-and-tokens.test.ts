import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, postForm, send } from '@neonpanel/testing-kit/client/http'
import {
  challengeOf,
  chatGpt,
  claude,
  oauthClient,
  randomText,
} from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'
import { registeredClient } from './registered-client.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0', REFRESH_LEEWAY_SECONDS: '0' })
const victim = await tokensFor(stack, { client: chatGpt })
const attack = attacksOn(stack, {
  'the victim’s access token': victim.access_token,
  'the victim’s refresh token': victim.refresh_token,
})
const attacker = oauthClient(stack, claude)
const lives = async (token: string) =>
  (await callTool(stack.mcpUrl, token, 'list_companies')).status === 200

const confidentialClient = () => registeredClient(stack, 'https://attacker.example/cb')

describe('stolen codes (RFC 9700 section 4.5)', () => {
  verifies(
    ['AS-60', 'AS-69', 'attack-fails'],
    'a code is worth nothing without its verifier',
    attack(async (strike) => {
      const { redeem } = await codeFlow(stack, { client: chatGpt })
      for (const code_verifier of [undefined, '', randomText(), 'x'.repeat(128), 'short']) {
        const { status, body } = await strike(redeem({ code_verifier }))
        expect(status).toBe(400)
        expect(body).not.toHaveProperty('access_token')
      }
    }),
  )

  verifies(
    ['AS-68', 'attack-fails'],
    'the challenge itself is no verifier',
    attack(async (strike) => {
      const { redeem, verifier } = await codeFlow(stack, { client: chatGpt })
      const answer = await strike(redeem({ code_verifier: challengeOf(verifier) }))
      expect(answer.body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-60', 'attack-fails'],
    'a code of one client cannot be redeemed by another, with any verifier',
    attack(async (strike) => {
      const { code, verifier } = await codeFlow(stack, { client: chatGpt })
      const injected = await strike(
        attacker.redeem(code, verifier, { redirect_uri: chatGpt.redirectUri }),
      )
      expect(injected.body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-60', 'attack-fails'],
    'a code that is injected into the attacker’s own flow does not fit its verifier',
    attack(async (strike) => {
      const stolen = await codeFlow(stack, { client: chatGpt })
      const own = oauthClient(stack, chatGpt).authorization()
      const answer = await strike(oauthClient(stack, chatGpt).redeem(stolen.code, own.verifier))
      expect(answer.body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-81', 'attack-fails'],
    'a code is not redeemed with another redirect URI',
    attack(async (strike) => {
      const { redeem } = await codeFlow(stack, { client: chatGpt })
      for (const redirect_uri of ['https://evil.example/cb', 'https://chatgpt.com/aip/callback']) {
        expect((await strike(redeem({ redirect_uri }))).body.error).toBe('invalid_grant')
      }
    }),
  )

  verifies(
    ['AS-78', 'AS-79', 'attack-fails'],
    'a code that is played again ends what its first use gave',
    attack(async (strike) => {
      const { redeem } = await codeFlow(stack, { client: chatGpt })
      const first = await redeem()
      expect(await lives(first.body.access_token)).toBe(true)
      expect((await strike(redeem())).body.error).toBe('invalid_grant')
      expect(await lives(first.body.access_token)).toBe(false)
    }),
  )

  verifies(
    ['AS-60', 'attack-fails'],
    'a code is dead after ten minutes',
    attack(async (strike) => {
      const { redeem } = await codeFlow(stack, { client: chatGpt })
      passTime(602)
      expect((await strike(redeem())).body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-67', 'attack-fails'],
    'PKCE is not taken out of a flow at the token endpoint for a confidential client either',
    attack(async (strike) => {
      const client = await confidentialClient()
      const { redeem } = await codeFlow(stack, { client })
      expect((await strike(redeem({ code_verifier: undefined }))).body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-35', 'attack-fails'],
    'doubled parameters confuse nobody (parameter pollution)',
    attack(async (strike) => {
      const { redeem, code, verifier } = await codeFlow(stack, { client: chatGpt })
      for (const changes of [
        { code: [code, 'x'] },
        { code_verifier: [verifier, verifier] },
        { client_id: [chatGpt.clientId, claude.clientId] },
        { grant_type: ['authorization_code', 'client_credentials'] },
        { redirect_uri: [chatGpt.redirectUri, 'https://evil.example/cb'] },
      ]) {
        const { status, body } = await strike(redeem(changes))
        expect(status).toBe(400)
        expect(body).not.toHaveProperty('access_token')
      }
    }),
  )

  verifies(
    ['AS-98', 'AS-101', 'attack-fails'],
    'no resource trick makes a token for elsewhere (RFC 8707)',
    attack(async (strike) => {
      const { redeem } = await codeFlow(stack, { client: chatGpt })
      for (const resource of [
        'https://evil.example/mcp',
        [stack.mcpUrl, 'https://evil.example/mcp'],
        `${stack.mcpUrl}#fragment`,
        `${stack.mcpUrl}/../admin`,
        stack.mcpUrl.replace('localhost', 'localhost.evil.example'),
        `${stack.mcpUrl}?aud=https://evil.example`,
        stack.issuer,
        'javascript:alert(1)',
      ]) {
        const { status, body } = await strike(redeem({ resource }))
        expect(status, String(resource)).toBe(400)
        expect(body.error, String(resource)).toBe('invalid_target')
      }
    }),
  )
})

describe('stolen refresh tokens (RFC 9700 section 4.14)', () => {
  verifies(
    ['AS-87', 'attack-fails'],
    'the thief who comes second is refused, and the family dies',
    attack(async (strike) => {
      const { refresh_token, client } = await tokensFor(stack, { client: chatGpt })
      const honest = await client.refresh(refresh_token)
      expect((await strike(client.refresh(refresh_token))).body.error).toBe('invalid_grant')
      const after = await client.refresh(honest.body.refresh_token ?? '')
      expect(after.body.error).toBe('invalid_grant')
      expect(await lives(honest.body.access_token)).toBe(false)
    }),
  )

  verifies(
    ['AS-87', 'attack-fails'],
    'the thief who comes first loses what they got as soon as the owner comes',
    attack(async (strike) => {
      const { refresh_token, client } = await tokensFor(stack, { client: chatGpt })
      const stolen = await client.refresh(refresh_token)
      expect((await strike(client.refresh(refresh_token))).body.error).toBe('invalid_grant')
      expect(await lives(stolen.body.access_token)).toBe(false)
      const again = await strike(client.refresh(stolen.body.refresh_token ?? ''))
      expect(again.body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-89', 'attack-fails'],
    'a refresh token serves no other client, and trying does not end it',
    attack(async (strike) => {
      const { refresh_token, client } = await tokensFor(stack, { client: chatGpt })
      expect((await strike(attacker.refresh(refresh_token))).body.error).toBe('invalid_grant')
      expect((await client.refresh(refresh_token)).status).toBe(200)
    }),
  )

  verifies(
    ['AS-90', 'attack-fails'],
    'a refresh never widens what was granted',
    attack(async (strike) => {
      const { refresh_token, client } = await tokensFor(stack, {
        client: chatGpt,
        scope: 'read:inventory',
      })
      const wider = await strike(
        client.refresh(refresh_token, { scope: 'read:inventory write:import read:cogs' }),
      )
      if (wider.status === 200) {
        expect(scopesOf(wider.body.scope)).toEqual(['read:companies', 'read:inventory'])
      } else expect(wider.body.error).toBe('invalid_scope')
    }),
  )

  verifies(
    ['AS-89', 'attack-fails'],
    'a token of one kind does not pass for another at the token endpoint',
    attack(async (strike) => {
      const { access_token, refresh_token, client } = await tokensFor(stack, { client: chatGpt })
      expect((await strike(client.refresh(access_token))).body.error).toBe('invalid_grant')
      const asCode = await strike(client.redeem(refresh_token, randomText()))
      expect(asCode.body.error).toBe('invalid_grant')
      const { code } = await codeFlow(stack, { client: chatGpt })
      expect((await strike(client.refresh(code))).body.error).toBe('invalid_grant')
    }),
  )

  verifies(
    ['AS-35', 'attack-fails'],
    'injection in a token is a wrong token',
    attack(async (strike) => {
      for (const token of [
        "' OR 1=1 --",
        '\0',
        '%00',
        '{"$ne":null}',
        '../../x',
        'x'.repeat(9_000),
      ])
        expect((await strike(attacker.refresh(token))).body.error).toMatch(
          /^invalid_(grant|request)$/,
        )
    }),
  )
})

describe('tokens of others', () => {
  verifies(
    ['AS-159', 'attack-fails'],
    'introspection tells a foreign client nothing but inactive',
    attack(async (strike) => {
      const foreign = oauthClient(stack, await confidentialClient())
      for (const token of [victim.access_token, victim.refresh_token, 'x', 'a.b.c', '']) {
        const { status, body } = await strike(foreign.introspect(token))
        if (token) expect(body).toEqual({ active: false })
        else expect(status).toBe(400)
      }
    }),
  )

  verifies(
    ['AS-159', 'attack-fails'],
    'introspection tells somebody without name nothing at all',
    attack(async (strike) => {
      const url = `${stack.issuer}/oauth2/introspect`
      const anonymous = await strike(postForm(url, { token: victim.access_token }))
      expect([400, 401]).toContain(anonymous.status)
      expect(anonymous.body).not.toHaveProperty('active')
      const forged = await strike(
        postForm(url, { token: victim.access_token }, basic('mcp-resource-server', 'guess')),
      )
      expect(forged.status).toBe(401)
    }),
  )

  verifies(
    ['AS-156', 'attack-fails'],
    'revocation of foreign tokens does nothing',
    attack(async (strike) => {
      const foreign = oauthClient(stack, await confidentialClient())
      for (const client of [attacker, foreign]) {
        for (const token of [victim.access_token, victim.refresh_token]) {
          const { status, text } = await strike(client.revoke(token))
          expect([200, 400]).toContain(status)
          expect(text).not.toContain('grant')
        }
      }
      expect(await lives(victim.access_token)).toBe(true)
      expect((await victim.client.introspect(victim.refresh_token)).body.active).toBe(true)
    }),
  )

  verifies(
    ['AS-107', 'attack-fails'],
    'an access token for MCP opens no user info, and none goes in the address',
    attack(async (strike) => {
      const url = `${stack.issuer}/oauth2/userinfo`
      const headers = { authorization: `Bearer ${victim.access_token}` }
      expect((await strike(send(url, { headers }))).status).toBe(401)
      const inQuery = await strike(send(`${url}?access_token=${victim.access_token}`))
      expect(inQuery.status).toBeGreaterThanOrEqual(400)
    }),
  )

  verifies(
    ['AS-27', 'attack-fails'],
    'a foreign page reads no token answer',
    attack(async (strike) => {
      const { refresh_token } = await tokensFor(stack, { client: chatGpt })
      for (const origin of ['https://evil.example', 'null', 'https://chatgpt.com.evil.example']) {
        const answer = await strike(
          postForm(
            `${stack.issuer}/oauth2/token`,
            { grant_type: 'refresh_token', refresh_token, client_id: chatGpt.clientId },
            { origin },
          ),
        )
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
        expect(answer.body).not.toHaveProperty('access_token')
      }
    }),
  )
})
