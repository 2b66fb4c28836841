import { type PresetId, presetIds } from '@neonpanel/faults/presets'
import { afterEach, describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import {
  browserFetch,
  type Journey,
  oauth4webapiJourney,
  openidClientJourney,
  outcomeOf,
  v1Journey,
  v2Journey,
} from '../harness/journeys.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open', REVOCATION_CHECK_SECONDS: '0' })
const api = adminApi(stack)

afterEach(() => api.remove('/faults'))

const v1 = v1Journey()
const v2 = v2Journey()
const inBrowser = v2Journey({ fetch: browserFetch })
const impatient = v1Journey({ timeoutMs: 500 })

/** Which client shows the incident, what it says (`fine` where it copes with it), and where the preset is put for it. */
const incidents: Record<PresetId, readonly [client: Journey, says: RegExp, where?: object]> = {
  'metadata-lists-only-dcr-create': [oauth4webapiJourney, /400 at .*scope=dcr\.create/],
  'registration-on-another-host': [v1, /ENOTFOUND registration\.invalid/],
  'metadata-issuer-mismatch': [v2, /Issuer mismatch .* received "https:\/\/login\.invalid"/],
  'metadata-issuer-spelling': [v2, /Issuer mismatch in authorization server metadata/],
  'metadata-without-pkce': [openidClientJourney, /PKCE is not supported/],
  'metadata-without-registration': [v2, /does not support dynamic client registration/],
  'metadata-behind-proxy': [v2, /ENOTFOUND inner\.invalid/],
  'metadata-outage': [oauth4webapiJourney, /not a conform Resource Server Metadata response/],
  'resource-trailing-slash': [
    v1,
    /Protected resource \S+\/mcp\/ does not match expected \S+\/mcp /,
  ],
  'resource-of-another': [v2, /https:\/\/mcp\.invalid\/mcp does not match expected/],
  'suffixed-metadata-missing': [oauth4webapiJourney, /unexpected HTTP status code/],
  'jwks-outage': [oauth4webapiJourney, /not a conform JSON Web Key Set response/],
  'jwks-stale': [openidClientJourney, /no applicable keys found/],
  'cors-refused': [v1Journey({ fetch: browserFetch }), /Failed to fetch: no origin is allowed/],
  'cors-without-mcp-headers': [inBrowser, /Failed to fetch: .*mcp-protocol-version is not allowed/],
  'registration-answers-html-500': [v1, /HTTP 500: .*Unexpected token '<'/],
  'registration-connection-dropped': [v1, /fetch failed <- .*other side closed/],
  'registration-wants-token': [v1, /InvalidTokenError An initial access token is required/],
  'registration-limit-reached': [v2, /rejected \(HTTP 429\)/],
  'registration-refuses-app-scheme': [v2, /redirect_uris must only contain web uris/],
  'registration-demands-https': [v1, /redirect_uris must use https/],
  'metadata-document-client-refused': [v2, /invalid_client unknown OAuth client/],
  'assertion-audience-refused': [openidClientJourney, /client assertion has the wrong audience/],
  'client-forgotten': [v1, /400 at \/oauth2\/authorize/],
  'redirect-port-refused': [v2, /400 at \/oauth2\/authorize/],
  'scope-ceiling': [v2, /invalid_scope: requested scope is not allowed/],
  'answer-issuer-wrong': [v2, /received "https:\/\/login\.invalid"/],
  'answer-without-issuer': [oauth4webapiJourney, /"iss" \(issuer\) missing/],
  'answer-state-lost': [openidClientJourney, /"state" missing/],
  'person-denied': [v1, /access_denied: The person denied access/],
  'token-endpoint-wants-basic': [v2, /invalid_client client_secret_basic is required/],
  'token-503': [v1, /TemporarilyUnavailableError Try again in a moment/],
  'resource-refused': [v1, /InvalidTargetError/],
  'token-type-missing': [oauth4webapiJourney, /"token_type" property must be a string/],
  'tokens-expire-at-once': [v1, /^fine$/],
  'tokens-expired': [v1, /Server returned 401 after successful authentication/],
  'wrong-audience': [v2, /Server returned 401 after re-authentication/],
  'audience-trailing-slash': [oauth4webapiJourney, /unexpected JWT "aud"/],
  'rogue-key': [oauth4webapiJourney, /JWT signature verification failed/],
  'no-refresh-token': [v1, /Unauthorized/],
  'refresh-reuse': [v2, /invalid_grant/],
  'code-used': [v1, /InvalidGrantError/],
  'token-answers-html': [v2, /HTTP 403: .*Request blocked/s],
  'unauthorized-once': [v1, /^fine$/],
  'step-up-for-ever': [v1, /Server returned 403 after trying upscoping/],
  'revoked-grant': [v2, /invalid_grant/],
  'challenge-without-metadata': [v1, /^fine$/],
  'mcp-rate-limited': [v1, /429 .*Too many requests/],
  'session-lost': [v1, /404 .*Session not found/],
  'slow-mcp': [impatient, /Request timed out/, { step: 'tool_call' }],
  'stream-cut': [impatient, /Request timed out/, { step: 'tool_call' }],
}

describe('a preset is an incident, as a real client meets it', () => {
  for (const id of presetIds) {
    const [client, says, where = {}] = incidents[id]
    verifies('fault-presets', `${id}: ${says}`, async () => {
      const added = await api.post('/faults', { preset: id, where })
      expect(added.status, added.text).toBe(201)
      expect(await outcomeOf(client, stack)).toMatch(says)
      // A client that gave up may have done so before its request arrived.
      await vi.waitFor(async () => {
        const { body } = await api.get<{ items: { hits: number; preset: string }[] }>('/faults')
        expect(body.items).toMatchObject([{ preset: id }])
        expect(body.items[0]?.hits).toBeGreaterThan(0)
      })
    })
  }
})
