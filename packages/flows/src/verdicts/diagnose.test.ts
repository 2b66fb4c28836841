import { describe, expect, test } from 'vitest'
import type { FlowStep, StoryNote } from '../story.ts'
import { authorizeExchange, refusal, storyOf, tokenExchange } from '../testing/stories.ts'
import { causes } from './catalogue.ts'
import { diagnose } from './diagnose.ts'
import { nameOfSource } from './sources.ts'

const good = storyOf(
  [
    refusal('discovery', { status: 401 }, {}, 'resource-server'),
    refusal('register', {
      status: 201,
      body: { client_id: 'c', redirect_uris: ['https://a.example/cb'] },
    }),
    authorizeExchange({ state: 's', code_challenge: 'x', redirect_uri: 'https://a.example/cb' }),
    refusal('sign_in', { status: 303 }),
    refusal('consent', { status: 303 }),
    refusal('code', { status: 303, headers: { location: 'https://a.example/cb?code=x' } }),
    tokenExchange({ grant_type: 'authorization_code', code_verifier: 'v' }),
    refusal('connect', { status: 200 }),
    refusal('tool_call', { status: 200 }),
  ],
  { status: 'completed' },
)

/** What a server noted, by the cause that it is told as. */
const noted: Readonly<Record<string, Partial<StoryNote> & { step: FlowStep }>> = {
  fault_injected: { step: 'token', reason: 'fault_injected', got: 'html' },
  initial_access_token_missing: { step: 'register', reason: 'initial_access_token_missing' },
  initial_access_token_expired: { step: 'register', reason: 'initial_access_token_expired' },
  initial_access_token_used_up: { step: 'register', reason: 'initial_access_token_used_up' },
  initial_access_token_revoked: { step: 'register', reason: 'initial_access_token_revoked' },
  initial_access_token_scope: { step: 'register', reason: 'initial_access_token_scope' },
  initial_access_token_host: { step: 'register', reason: 'initial_access_token_host' },
  initial_access_token_invalid: { step: 'register', reason: 'initial_access_token_invalid' },
  redirect_uri_loopback: mismatch('http://localhost:3000/cb', 'http://127.0.0.1:3000/cb'),
  redirect_uri_port: mismatch('https://a.example:1/cb', 'https://a.example:2/cb'),
  redirect_uri_scheme: mismatch('http://a.example/cb', 'https://a.example/cb'),
  redirect_uri_slash: mismatch('https://a.example/cb/', 'https://a.example/cb'),
  redirect_uri_path: mismatch('https://a.example/other', 'https://a.example/cb'),
  redirect_uri_not_registered: mismatch('https://evil.example/cb', 'https://a.example/cb'),
  redirect_uri_missing: { step: 'authorize', reason: 'redirect_uri_missing' },
  document_url_invalid: { step: 'authorize', reason: 'document_url_invalid' },
  document_forbidden_address: { step: 'authorize', reason: 'document_forbidden_address' },
  document_too_large: { step: 'authorize', reason: 'document_too_large' },
  document_client_id_mismatch: { step: 'authorize', reason: 'document_client_id_mismatch' },
  document_not_json: { step: 'authorize', reason: 'document_not_json' },
  document_unreachable: { step: 'authorize', reason: 'document_unreachable' },
  document_invalid: { step: 'authorize', reason: 'document_invalid' },
  client_suspended: { step: 'authorize', reason: 'client_suspended' },
  client_pruned: { step: 'authorize', reason: 'client_pruned' },
  client_id_missing: { step: 'authorize', reason: 'client_id_missing' },
  client_unknown: { step: 'authorize', reason: 'client_unknown', got: 'nobody' },
  response_type_unsupported: { step: 'authorize', reason: 'response_type_unsupported' },
  pkce_missing: { step: 'authorize', reason: 'pkce_missing' },
  pkce_plain: { step: 'authorize', reason: 'pkce_plain' },
  pkce_challenge_malformed: { step: 'authorize', reason: 'pkce_challenge_malformed' },
  resource_mismatch: {
    step: 'authorize',
    reason: 'resource_mismatch',
    got: 'https://a.example/mcp/',
    expected: 'https://a.example/mcp',
  },
  scope_beyond_client: { step: 'authorize', reason: 'scope_beyond_client' },
  scope_unknown: { step: 'authorize', reason: 'scope_unknown', got: 'read:nothing' },
  sign_in_over: { step: 'sign_in', reason: 'sign_in_over' },
  person_suspended: { step: 'sign_in', reason: 'suspended' },
  sign_in_throttled: { step: 'sign_in', reason: 'too_many_attempts' },
  wrong_password: { step: 'sign_in', reason: 'wrong_credentials' },
  nothing_permitted: { step: 'consent', reason: 'consent_denied', got: 'nothing permitted' },
  consent_denied: { step: 'consent', reason: 'consent_denied', got: 'by the person' },
  consent_incomplete: { step: 'consent', reason: 'no_company' },
  refresh_token_reused: { step: 'token', reason: 'refresh_token_reused' },
  grant_revoked: { step: 'token', reason: 'grant_revoked', got: 'person' },
  refresh_token_expired: { step: 'token', reason: 'refresh_token_expired' },
  refresh_token_of_other_client: { step: 'token', reason: 'refresh_token_of_other_client' },
  refresh_scope_exceeds: { step: 'token', reason: 'refresh_scope_exceeds' },
  refresh_token_unknown: { step: 'token', reason: 'refresh_token_unknown' },
  token_redirect_uri_mismatch: {
    ...mismatch('https://a.example/x', 'https://a.example/y'),
    step: 'token',
  },
  verifier_missing: { step: 'token', reason: 'verifier_missing' },
  verifier_mismatch: { step: 'token', reason: 'verifier_mismatch' },
  verifier_malformed: { step: 'token', reason: 'verifier_malformed' },
  code_expired: { step: 'token', reason: 'code_expired' },
  code_reused: { step: 'token', reason: 'code_reused' },
  code_of_other_client: { step: 'token', reason: 'code_of_other_client' },
  code_unknown: { step: 'token', reason: 'code_unknown' },
  token_resource_mismatch: { step: 'token', reason: 'resource_mismatch' },
  client_authentication_method: { step: 'token', reason: 'client_authentication_method' },
  client_secret_wrong: { step: 'token', reason: 'client_secret_wrong' },
  client_assertion_audience: { step: 'token', reason: 'client_assertion_audience' },
  client_assertion_expired: { step: 'token', reason: 'client_assertion_expired' },
  client_assertion_reused: { step: 'token', reason: 'client_assertion_reused' },
  client_assertion_invalid: { step: 'token', reason: 'client_assertion_invalid' },
  client_unknown_at_token: { step: 'token', reason: 'client_unknown' },
  grant_type_not_allowed: { step: 'token', reason: 'grant_type_not_allowed' },
  id_token_as_bearer: { step: 'connect', reason: 'token_type', got: 'JWT' },
  token_issuer: { step: 'connect', reason: 'token_issuer' },
  token_audience: { step: 'connect', reason: 'token_audience' },
  token_expired: { step: 'connect', reason: 'token_expired' },
  token_key_unknown: { step: 'connect', reason: 'token_key_unknown' },
  token_signature: { step: 'connect', reason: 'token_signature' },
  token_revoked: { step: 'connect', reason: 'token_revoked' },
  bound_token_as_bearer: { step: 'connect', reason: 'bound_token_as_bearer' },
  bearer_token_as_bound: { step: 'connect', reason: 'bearer_token_as_bound' },
  dpop_proof_missing: { step: 'connect', reason: 'dpop_proof_missing' },
  dpop_proof_invalid: { step: 'connect', reason: 'dpop_proof_invalid' },
  token_malformed: { step: 'connect', reason: 'token_malformed' },
  insufficient_scope: { step: 'tool_call', reason: 'insufficient_scope' },
}

function mismatch(got: string, expected: string) {
  return { step: 'authorize', reason: 'redirect_uri_mismatch', got, expected } as const
}

describe('a note of the server', () => {
  test.each(Object.entries(noted))('is told as %s', (cause, note) => {
    const refused = { status: 418, body: {} }
    const last = refusal(note.step, refused, tokenExchange({}).request)
    const verdict = diagnose(storyOf([last], { notes: [note] }))
    expect(verdict).toMatchObject({ cause, evidence: { step: note.step, exchangeId: 'x1' } })
  })

  test.each(Object.entries(noted))('is not told when %s was overcome', (_cause, note) => {
    if (note.reason === 'fault_injected') return expect(causes[0]?.isAdvisory).toBe(true)
    const story = storyOf([
      refusal(note.step, { status: 418 }),
      refusal('tool_call', { status: 200 }),
    ])
    const [first] = story.exchanges
    const own = { ...note, at: first!.at, correlationId: 'c1' } as StoryNote
    expect(diagnose({ ...story, status: 'in_progress', notes: [own] })).toBeUndefined()
  })
})

describe('a story', () => {
  test('that completed has no verdict', () => {
    expect(diagnose(good)).toBeUndefined()
  })

  test('that completed is told what is worth telling nevertheless', () => {
    const notes = [{ step: 'consent', reason: 'scope_not_permitted', got: 'read:cogs' }] as const
    const story = storyOf([refusal('tool_call', { status: 200 })], { status: 'completed', notes })
    expect(diagnose(story)).toMatchObject({ cause: 'scope_not_permitted' })
    const struck = storyOf([refusal('tool_call', { status: 200 })], {
      status: 'completed',
      notes: [{ reason: 'fault_injected', got: 'delay_ms' }],
    })
    expect(diagnose(struck)).toMatchObject({ cause: 'fault_injected' })
  })

  test('that a fault struck says so first', () => {
    const story = storyOf([tokenExchange({ grant_type: 'authorization_code' }, 'invalid_grant')], {
      notes: [{ reason: 'code_reused' }, { reason: 'fault_injected', got: 'as_if' }],
    })
    expect(diagnose(story)).toMatchObject({ cause: 'fault_injected' })
  })

  test('of a challenge that the client is still following has no verdict', () => {
    const challenge = refusal('discovery', { status: 401 }, {}, 'resource-server')
    expect(diagnose(storyOf([challenge], { status: 'in_progress' }))).toMatchObject({
      cause: 'challenge_without_metadata',
    })
    const named = { 'www-authenticate': 'Bearer resource_metadata="https://a.example/m"' }
    const good = refusal('discovery', { status: 401, headers: named }, {}, 'resource-server')
    expect(diagnose(storyOf([good], { status: 'in_progress' }))).toBeUndefined()
  })

  test('of a code that comes again says so without the server’s word', () => {
    const redeemed = { grant_type: 'authorization_code', code_verifier: 'v' }
    const story = storyOf([tokenExchange(redeemed), tokenExchange(redeemed, 'invalid_grant')])
    expect(diagnose(story)).toMatchObject({ cause: 'code_reused', evidence: { exchangeId: 'x2' } })
  })

  test('shows both addresses where the code is redeemed with another one', () => {
    const story = storyOf([
      authorizeExchange({ redirect_uri: 'http://127.0.0.1:1/cb' }),
      tokenExchange(
        { grant_type: 'authorization_code', redirect_uri: 'http://localhost:1/cb' },
        'invalid_grant',
      ),
    ])
    const verdict = diagnose(story)
    expect(verdict).toMatchObject({
      cause: 'token_redirect_uri_mismatch',
      evidence: { compare: { got: 'http://localhost:1/cb', expected: 'http://127.0.0.1:1/cb' } },
    })
    expect(verdict?.says).toContain('different hosts')
  })

  test('of a client that authenticates otherwise than registered names both ways', () => {
    const story = storyOf([
      refusal('register', {
        status: 201,
        body: { client_id: 'c', token_endpoint_auth_method: 'none' },
      }),
      tokenExchange({ grant_type: 'authorization_code', code_verifier: 'v' }, 'invalid_client', {
        authorization: 'Basic [credentials, 40 chars]',
      }),
    ])
    expect(diagnose(story)).toMatchObject({
      cause: 'client_authentication_method',
      evidence: { compare: { got: 'client_secret_basic', expected: 'none' } },
    })
  })

  test('of a token that is never sent tells so at once when the client asks without it', () => {
    const story = storyOf([
      tokenExchange({ grant_type: 'authorization_code' }),
      refusal('discovery', { status: 401 }, {}, 'resource-server'),
    ])
    expect(diagnose(story)).toMatchObject({ cause: 'bearer_never_sent' })
  })

  test('of a token whose own claims show it needs no word of the verifier', () => {
    const sent = { headers: { authorization: 'Bearer [credentials, 900 chars]' } }
    const metadata = refusal(
      'discovery',
      { status: 200, body: { resource: 'https://a.example/mcp' } },
      { method: 'GET', url: '/.well-known/oauth-protected-resource/mcp' },
    )
    const told = (claims: object) =>
      diagnose(
        storyOf([metadata, refusal('connect', { status: 401 }, sent)], {
          notes: [{ reason: 'unverified_claims', got: JSON.stringify(claims) }],
        }),
      )
    const usual = { typ: 'at+jwt', aud: 'https://a.example/mcp' }
    expect(told({ ...usual, exp: 1 })).toMatchObject({ cause: 'token_expired' })
    expect(told({ ...usual, aud: 'https://b.example' })).toMatchObject({ cause: 'token_audience' })
    expect(told({ ...usual, typ: 'JWT' })).toMatchObject({ cause: 'id_token_as_bearer' })
    expect(told(usual)).toMatchObject({ cause: 'token_refused' })
  })
})

describe('the catalogue', () => {
  test('holds 45 causes and more, each under a name of its own', () => {
    expect(causes.length).toBeGreaterThanOrEqual(45)
    expect(new Set(causes.map(({ id }) => id)).size).toBe(causes.length)
    for (const { id } of causes) expect(id).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
  })

  describe.each(causes.map((cause) => [cause.id, cause] as const))('%s', (_id, cause) => {
    const evidence = { step: 'discovery' } as const
    const says = cause.says(evidence)
    const fix = cause.fix(evidence)

    test('has a title as a heading has one', () => {
      expect(cause.title.length).toBeLessThanOrEqual(64)
      expect(cause.title).not.toMatch(/[.!]$/)
    })

    test('speaks in whole sentences, also where nothing is known', () => {
      for (const text of [says, fix]) {
        expect(text).toMatch(/[.…]$/)
        expect(text.length).toBeLessThanOrEqual(420)
        expect(text).not.toMatch(/ [.,:]|[:,][.]/)
        expect(text).not.toMatch(/undefined|null|NaN|\bplease\b|\boops\b|\bsimply\b|!| {2}/i)
      }
    })

    test('says who does what', () => {
      expect(fix).toMatch(/^(?:In the client|On the server|The person|An administrator|Whoever)/)
    })

    test('names a source that a page can link to', () => {
      expect(URL.canParse(cause.source)).toBe(true)
      expect(new URL(cause.source).protocol).toBe('https:')
      expect(nameOfSource(cause.source)).not.toMatch(/^https:/)
    })

    test('is not found in a story in which nothing went wrong', () => {
      expect(cause.find(good)).toBeUndefined()
    })
  })
})
