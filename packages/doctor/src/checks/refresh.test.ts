import { describe, expect, test } from 'vitest'
import type { Session } from '../servers.ts'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import type { Asked } from '../testing/play.ts'
import { type Servers, startServers } from '../testing/servers.ts'
import { examineRevocation } from './refresh/endings.ts'
import { grantClient } from './refresh/token-endpoint.ts'
import { examineRefresh } from './refresh.ts'

type Change = (session: Session) => Session

const examine = async (servers: Servers, change: Change = (session) => session) => {
  const session = change(await servers.session())
  const known = await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'refresh', (examination) =>
    examineRefresh(examination, { ...known, session }),
  )
  return { findings, session }
}

const found = async (changes: Changes, change?: Change) =>
  named((await examine(await startServers(changes), change)).findings)

/** The form of a refresh; undefined for anything else. */
function refreshIn({ url, body }: Asked): URLSearchParams | undefined {
  const form = new URLSearchParams(body)
  const isRefresh = url.pathname === '/token' && form.get('grant_type') === 'refresh_token'
  return isRefresh ? form : undefined
}

const refused = (error: string, status = 400) => Response.json({ error }, { status })

/** Servers whose token endpoint answers refreshes as told; undefined = as the healthy one. */
async function refreshing(
  answer: (token: string, servers: Servers, form: URLSearchParams) => Promise<Response | undefined>,
  changes: Changes = {},
): Promise<Servers> {
  const servers: Servers = await startServers({
    ...changes,
    answer: async (asked) => {
      const form = refreshIn(asked)
      return form && answer(form.get('refresh_token') ?? '', servers, form)
    },
  })
  return servers
}

const foundAt = async (servers: Servers, change?: Change) =>
  named((await examine(servers, change)).findings)

const withGrant =
  (members: Partial<Session['grant']>): Change =>
  (session) => ({ ...session, grant: { clientId: 'a-client', ...session.grant, ...members } })

describe('a refresh', () => {
  test('at a healthy server has nothing to find, and leaves nothing behind', async () => {
    const servers = await startServers()
    const { findings, session } = await examine(servers)
    expect(named(findings)).toEqual([])
    expect(await servers.tokens.verify(session.accessToken)).toBeUndefined()
  })

  test('needs a refresh token, where the server has them', async () => {
    const without = withGrant({ refreshToken: undefined })
    expect(await found({}, without)).toEqual(['warning refresh_token_absent'])
    const server = { grant_types_supported: ['authorization_code'] }
    expect(await found({ server }, without)).toEqual([])
  })

  test('that is refused at once is the cause of all', async () => {
    const servers = await refreshing(async () => refused('invalid_grant'))
    expect(await foundAt(servers)).toEqual(['error refresh_refused'])
  })

  test('brings a whole answer', async () => {
    expect(await found({ tokenResponse: { token_type: undefined } })).toContain(
      'error refresh_answer_incomplete',
    )
    expect(await found({ tokenResponse: { expires_in: undefined } })).toContain(
      'warning refresh_expires_in_missing',
    )
  })

  test('brings a token as good as the first, with the same scope', async () => {
    const narrow = await refreshing(async (token, { tokens }) => {
      const renewed = await tokens.renew(token)
      return renewed && Response.json({ ...renewed, ...(await issuedFor(tokens, 'read')) })
    })
    const issuedFor = async (tokens: Servers['tokens'], scope: string) => {
      const { access_token } = await tokens.issue(scope)
      return { access_token, scope }
    }
    expect(await foundAt(narrow)).toContain('error refresh_scope_lost')

    const saying = await refreshing(async (token, { tokens }) => {
      const renewed = await tokens.renew(token)
      return renewed && Response.json({ ...renewed, scope: 'read' })
    })
    expect(await foundAt(saying)).toContain('error refresh_scope_lost')

    const dead = await refreshing(async (token, { tokens }) => {
      const renewed = await tokens.renew(token)
      return renewed && Response.json({ ...renewed, access_token: 'a-token-of-nobody' })
    })
    expect(await foundAt(dead)).toContain('error refreshed_token_refused')
  })

  test('takes resource, and does without', async () => {
    const refusing = await refreshing(async (_token, _servers, form) =>
      form.has('resource') ? refused('invalid_target') : undefined,
    )
    expect(await foundAt(refusing)).toEqual(['error refresh_resource_refused'])
    const needing = await refreshing(async (_token, _servers, form) =>
      form.has('resource') || form.get('refresh_token')?.length !== 36
        ? undefined
        : refused('invalid_target'),
    )
    expect(await foundAt(needing)).toContain('warning refresh_resource_needed')
  })

  test('replaces the refresh token of a public client', async () => {
    const kept = () =>
      refreshing(async (token, { tokens }) => {
        if (!known.has(token)) known.add((await tokens.issue()).refresh_token)
        const { refresh_token: _, ...rest } = await tokens.issue()
        return isMadeUp(token) ? undefined : Response.json(rest)
      })
    const known = new Set<string>()
    expect(await foundAt(await kept())).toContain('error refresh_token_not_rotated')
    const secret = withGrant({ clientSecret: 'a-secret' })
    expect(await foundAt(await kept(), secret)).not.toContain('error refresh_token_not_rotated')
  })

  test('with a token that was replaced long ago is refused', async () => {
    const careless = await refreshing(async (token, { tokens }) =>
      isMadeUp(token) ? undefined : Response.json(await tokens.issue()),
    )
    expect(await foundAt(careless)).toContain('warning refresh_reuse_accepted')
  })

  test('that comes twice does not end the sign-in', async () => {
    const spent = new Set<string>()
    let isEnded = false
    const strict = await refreshing(async (token, { tokens }) => {
      isEnded ||= spent.has(token)
      if (!isMadeUp(token)) spent.add(token)
      const renewed = isEnded ? undefined : await tokens.renew(token)
      return renewed ? Response.json(renewed) : refused('invalid_grant')
    })
    expect(await foundAt(strict)).toEqual(['warning refresh_retry_ends_login'])
  })
})

/** The doctor's own; those of the servers are UUIDs. */
const isMadeUp = (token: string) => token.length !== 36

describe('a made-up refresh token', () => {
  test('is refused', async () => {
    const careless = await refreshing(async (token, { tokens }) =>
      isMadeUp(token) ? Response.json(await tokens.issue()) : undefined,
    )
    expect(await foundAt(careless)).toEqual(['error bogus_refresh_token_accepted'])
  })

  test.each([
    ['error', refused('server_error', 500)],
    ['error', new Response('<h1>Error</h1>', { status: 400 })],
    ['error', refused('invalid_token', 401)],
    ['warning', refused('invalid_grant', 401)],
  ])('is refused as invalid_grant: %s', async (level, answer) => {
    const servers = await refreshing(async (token) => (isMadeUp(token) ? answer : undefined))
    expect(await foundAt(servers)).toEqual([`${level} refresh_error_wrong`])
  })
})

describe('revocation', () => {
  const atRevocation = (answer: () => Response): Changes => ({
    answer: ({ url }) => (url.pathname === '/revoke' ? answer() : undefined),
  })

  test('is offered, and takes what was issued', async () => {
    expect(await found({ server: { revocation_endpoint: undefined } })).toEqual([
      'note revocation_missing',
    ])
    expect(await found(atRevocation(() => refused('unsupported_token_type')))).toEqual([
      'warning revocation_refused',
    ])
  })

  test('ends the refresh token', async () => {
    expect(await found(atRevocation(() => new Response(null)))).toEqual([
      'error revoked_refresh_token_accepted',
    ])
  })

  /** Servers that end the refresh token alone, and the access token when `isOver`. */
  const forgetful = async (
    isOver: (sinceRevocationMs: number) => boolean,
    claims?: Changes['claims'],
  ) => {
    const revoked = new Map<string, number>()
    const servers = await startServers({
      ...(claims && { claims }),
      answer: (asked) => {
        const token = new URLSearchParams(asked.body).get('token')
        if (asked.url.pathname === '/revoke') revoked.set(String(token), Date.now())
        if (asked.url.pathname === '/revoke') return new Response(null)
        const form = refreshIn(asked)
        if (form && revoked.has(form.get('refresh_token') ?? '')) return refused('invalid_grant')
        const [, bearer = ''] = (asked.headers.get('authorization') ?? '').split(' ')
        const at = revoked.get(bearer)
        const ended = at !== undefined && isOver(Date.now() - at)
        return ended ? new Response(null, { status: 401 }) : undefined
      },
    })
    const { accessToken, grant } = await servers.session()
    const { server } = await learnt(servers)
    const { findings } = await examineArea(servers.mcpUrl, 'refresh', async (examination) => {
      const client = grantClient(examination.ask, server, { clientId: 'a-client' })
      const last = { accessToken, refreshToken: grant?.refreshToken }
      if (client) await examineRevocation(examination, client, last, isOver(0) ? undefined : 1500)
    })
    return findings
  }

  test('ends the access token, at once or after a moment', async () => {
    expect(named(await forgetful(() => true))).toEqual([])
    const [late] = await forgetful((ms) => ms > 1100)
    expect(late).toMatchObject({
      level: 'note',
      id: 'revocation_delayed',
      got: expect.stringMatching(/^1(\.\d)? s$/),
    })
  })

  test('that leaves the access token alive is told, the shorter it lives the less', async () => {
    const [alive] = await forgetful(() => false)
    expect(alive).toMatchObject({ level: 'warning', id: 'revoked_token_accepted' })
    const exp = Math.floor(Date.now() / 1000) + 300
    const [short] = await forgetful(() => false, { exp })
    expect(short).toMatchObject({ level: 'note', id: 'revoked_token_accepted' })
  })
})
