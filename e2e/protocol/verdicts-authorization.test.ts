import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { postForm, type RequestParameters, send } from '@neonpanel/testing-kit/client/http'
import {
  challengeOf,
  chatGpt,
  oauthClient,
  randomText,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson, type PersonName } from '@neonpanel/testing-kit/person/people'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { provokes } from '../harness/verdicts.ts'

const stack = await testStack()
const admin = adminApi(stack)
const client = oauthClient(stack, chatGpt)
const redirectUri = 'https://shelfwise.example/cb'

const ask = (changes: RequestParameters) => send(client.authorization(changes).url)

async function registered(wish: Record<string, unknown> = {}) {
  const { initial_access_token: token } = await admin.mint(wish)
  const { body } = await register(stack, { redirect_uris: [redirectUri] }, token)
  return oauthClient(stack, { clientId: body.client_id, redirectUri })
}

provokes(stack, {
  async client_suspended() {
    const own = await registered()
    await admin.patch(`/clients/${own.clientId}`, { suspended: true })
    return send(own.authorization().url)
  },
  async client_pruned() {
    const own = await registered()
    await admin.remove(`/clients/${own.clientId}`)
    return send(own.authorization().url)
  },
  client_id_missing: () => ask({ client_id: undefined }),
  client_unknown: () => ask({ client_id: 'nobody' }),
  response_type_unsupported: () => ask({ response_type: 'token' }),
  pkce_missing: () => ask({ code_challenge: undefined, code_challenge_method: undefined }),
  pkce_plain: () => ask({ code_challenge_method: 'plain' }),
  pkce_challenge_malformed: () => ask({ code_challenge: 'x'.repeat(42) }),
  resource_mismatch: () => ask({ resource: 'https://other.example/mcp' }),
  async scope_beyond_client() {
    const own = await registered({ allowed_scopes: ['read:inventory'] })
    return send(own.authorization({ scope: 'read:cogs' }).url)
  },
  scope_unknown: () => ask({ scope: 'read:nothing' }),
  request_uri_unusable: () =>
    ask({ request_uri: 'urn:ietf:params:oauth:request_uri:of-yesterday' }),
  login_required: () => ask({ prompt: 'none' }),
  sign_in_over: () => send(`${stack.issuer}/interaction/${randomText()}`),
  async stopped_at_authorize() {
    const pushed = await postForm(`${stack.issuer}/oauth2/par`, {
      client_id: chatGpt.clientId,
      redirect_uri: chatGpt.redirectUri,
      response_type: 'code',
      code_challenge: challengeOf(randomText()),
      code_challenge_method: 'S256',
      state: 's',
    })
    passTime(660)
    return pushed
  },
  async state_missing() {
    const { access_token } = await tokensFor(stack, { request: { state: undefined } })
    return callTool(stack.mcpUrl, access_token, 'list_companies')
  },
  request_refused: () => ask({ response_mode: 'telepathy' }),
})

/** The page at which somebody is asked to sign in. */
async function signInPage(name: PersonName) {
  const person = createPerson(stack.issuer, name)
  return { person, page: await person.open(client.authorization().url) }
}

provokes(stack, {
  async wrong_password() {
    const { person, page } = await signInPage('owner')
    await person.signIn(page, 'not-it')
  },
  async sign_in_throttled() {
    const { person, page } = await signInPage('warehouse')
    let next = page
    while (next.status !== 429) next = await person.signIn(next, 'not-it')
  },
  async person_suspended() {
    const { person, page } = await signInPage('suspended')
    await person.signIn(page)
  },
  nothing_permitted: () => codeFlow(stack, { person: 'outsider' }).then(() => {}),
  consent_denied: () => codeFlow(stack, { press: 'Deny' }).then(() => {}),
  async consent_incomplete() {
    const person = createPerson(stack.issuer)
    const page = await person.reachConsent(client.authorization().url)
    await person.decide(page, { companies: [] })
  },
  async sign_in_unanswered() {
    await signInPage('owner')
    passTime(660)
  },
  async consent_unanswered() {
    await createPerson(stack.issuer).reachConsent(client.authorization().url)
    passTime(660)
  },
  async code_never_redeemed() {
    await codeFlow(stack)
    passTime(660)
  },
  async scope_not_permitted() {
    const { access_token } = await tokensFor(stack, {
      person: 'warehouse',
      scope: 'read:inventory read:cogs',
    })
    return callTool(stack.mcpUrl, access_token, 'list_companies')
  },
})
