import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, postForm } from '@neonpanel/testing-kit/client/http'
import { chatGpt } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { expect, vi } from 'vitest'
import { startAuthorizationServers } from '../harness/cluster.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

// The test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

const appSecret = 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg'

verifies(
  ['RS-18', 'contract-9-any-number'],
  'a challenge that one authorization server hears of is answered at any',
  async () => {
    const servers = await startAuthorizationServers(2, { APP_SECRET: appSecret })
    const person = createPerson(servers.issuer)
    const { clientId, clientSecret } = introspectionCredentials(appSecret)
    const wish = { person, client: chatGpt }
    const first = await tokensFor(servers, { ...wish, scope: 'read:inventory' })
    // Each request lands on the next process: so does the person’s, from one page to the other.
    const { body } = await postForm(
      `${servers.issuer}/oauth2/introspect`,
      { token: first.access_token, [challengedScopeParameter]: 'read:cogs' },
      basic(clientId, clientSecret),
    )
    expect(body.active).toBe(true)
    const second = await tokensFor(servers, { ...wish, scope: 'read:cogs' })
    expect(scopesOf(second.scope)).toEqual(['read:cogs', 'read:companies', 'read:inventory'])
    const third = await tokensFor(servers, { ...wish, scope: 'read:reports' })
    expect(scopesOf(third.scope)).toEqual(['read:companies', 'read:reports'])
  },
)
