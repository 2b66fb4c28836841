import { personas } from '@neonpanel/personas/catalogue'
import { earlierVersion, fillIn, type Persona, registrationOf } from '@neonpanel/personas/persona'
import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 100 })

const earlierVersions = (persona: Persona) =>
  persona.earlier.map(({ version }) => earlierVersion(persona, version))

/** What a client sends when it registers, and what it returns to afterwards: a port is another one than it registered. */
function realClient(persona: Persona, changes: Record<string, unknown> = {}) {
  const { uri, uriWhenRegistered = uri } = persona.redirect
  return {
    metadata: { ...registrationOf(persona), ...changes },
    redirectUri: fillIn(uriWhenRegistered, { port: '58221', callback_id: 'neonpanel' }),
  }
}

/** The personas, and what other versions of them send. */
const realClients = {
  ...Object.fromEntries(
    Object.values(personas)
      .flatMap((persona) => [persona, ...earlierVersions(persona)])
      .map((persona) => [`${persona.title} ${persona.version}`, realClient(persona)]),
  ),
  'Claude with scopes': realClient(personas.claude, { scope: 'read:companies' }),
  'the Inspector without scopes': realClient(personas.inspector, { scope: '' }),
}

describe('what real clients send', () => {
  for (const [name, { metadata, redirectUri }] of Object.entries(realClients)) {
    verifies(
      ['AS-120', 'AS-122', 'AS-125', 'AS-126', 'AS-46'],
      `${name} registers with its own words, signs in, refreshes and revokes`,
      async () => {
        const { status, body } = await register(stack, metadata, initial_access_token)
        expect(status, JSON.stringify(body)).toBe(201)
        expect(body).not.toHaveProperty('client_secret')
        const { redeem, client } = await codeFlow(stack, {
          client: { clientId: body.client_id, redirectUri },
          scope: 'read:companies read:inventory read:cogs',
        })
        const tokens = await redeem()
        expect(tokens.status, JSON.stringify(tokens.body)).toBe(200)
        expect(contentsOf(tokens.body.access_token).claims.client_id).toBe(body.client_id)
        const refreshed = await client.refresh(tokens.body.refresh_token ?? '', {
          scope: 'read:inventory',
        })
        expect(refreshed.status).toBe(200)
        expect((await client.revoke(refreshed.body.refresh_token ?? '')).status).toBe(200)
        const after = await client.refresh(refreshed.body.refresh_token ?? '')
        expect(after.body.error).toBe('invalid_grant')
      },
    )
  }

  verifies('AS-46', 'a private scheme beside Cursor’s own is refused', async () => {
    for (const uri of [
      'cursor://evil/oauth/callback',
      'cursors://anysphere.cursor-mcp/oauth/callback',
    ]) {
      const { status, body } = await register(
        stack,
        { ...registrationOf(personas.cursor), redirect_uris: [uri] },
        initial_access_token,
      )
      expect(status, uri).toBe(400)
      expect(body.error).toBe('invalid_redirect_uri')
    }
  })
})
