import { createAsk } from './ask.ts'
import { examineAuthorization } from './checks/authorization.ts'
import { examineCaching } from './checks/caching.ts'
import { examineChallenge } from './checks/challenge.ts'
import { examineCors } from './checks/cors.ts'
import { examinePkce } from './checks/pkce.ts'
import { examineProtection } from './checks/protection.ts'
import { examineReachability } from './checks/reachability.ts'
import { examineRefresh } from './checks/refresh.ts'
import { examineRegistration } from './checks/registration.ts'
import { examineResourceMetadata } from './checks/resource-metadata.ts'
import { examineRevisions } from './checks/revisions.ts'
import { examineServerMetadata } from './checks/server-metadata.ts'
import { examineStepUp } from './checks/step-up.ts'
import { examineToken } from './checks/token.ts'
import { examineTools } from './checks/tools.ts'
import { type Course, type ExaminedArea, startCourse } from './examination.ts'
import type { Area, Finding } from './finding.ts'
import { areas } from './finding.ts'
import { type Readiness, readinessOf } from './readiness.ts'
import type { AuthorizationServer, Entry, RegistrationWays, Resource, Session } from './servers.ts'

export interface ExamineWish {
  /** How long to wait for one answer; 10 s unless said otherwise. */
  readonly timeoutMs?: number
  /** In place of the platform's. */
  readonly fetch?: typeof fetch
  /** Signs the person in once the way there is known to be whole; asked once, and not where the server asks for no token. Gives undefined when that did not succeed. */
  readonly signIn?: () => Promise<Session | undefined>
  readonly watch?: {
    begins?(area: Area): void
    ended?(area: ExaminedArea, found: readonly Finding[]): void
  }
}

/** What the examination of one server came to. */
export interface Report {
  readonly mcpUrl: string
  readonly startedAt: Date
  readonly durationMs: number
  readonly areas: readonly ExaminedArea[]
  /** In the order in which they were found: what breaks first stands first. */
  readonly findings: readonly Finding[]
  /** What each real client will make of the server. */
  readonly readiness: readonly Readiness[]
  readonly entry: Entry | undefined
  readonly resource: Resource | undefined
  readonly authorizationServer: AuthorizationServer | undefined
  readonly registration: RegistrationWays | undefined
}

type Found = Pick<Report, 'entry' | 'resource' | 'authorizationServer' | 'registration'>

/**
 * Examines the authorization of an MCP server from outside, in the order in which a client meets it. Registers nobody,
 * changes nothing; only with a sign-in are tools called (one that only reads) and tokens renewed.
 *
 * @param mcpUrl as a person enters it in a client
 */
export async function examine(mcpUrl: string, wish: ExamineWish = {}): Promise<Report> {
  const startedAt = new Date()
  const timeoutMs = wish.timeoutMs ?? 10_000
  const ask = createAsk(timeoutMs, wish.fetch)
  const course = startCourse({ mcpUrl, ask }, wish.watch ?? {})
  const found = await examineServers(course, wish)
  const readiness = await readinessOf({
    mcpUrl,
    timeoutMs,
    fetch: wish.fetch,
    findings: course.findings,
    ...found,
  })
  return {
    mcpUrl,
    startedAt,
    durationMs: Date.now() - startedAt.getTime(),
    areas: course.areas,
    findings: course.findings,
    readiness,
    ...found,
  }
}

/** What is examined, in order. */
async function examineServers(course: Course, { signIn }: ExamineWish): Promise<Found> {
  const { check } = course
  const nothing = {
    entry: undefined,
    resource: undefined,
    authorizationServer: undefined,
    registration: undefined,
  }
  const reached = await check('reachability', examineReachability)
  if (!reached) return skipRest(course, 'The server cannot be reached.', nothing)
  const entry = await check('challenge', examineChallenge)
  if (!entry) return skipRest(course, 'It is not known how the server asks for a token.', nothing)
  if (entry.kind === 'open') return examineOpenServer(course, { ...nothing, entry })

  const resource = await check('resource_metadata', (x) => examineResourceMetadata(x, entry))
  if (!resource) return skipRest(course, 'No authorization server is named.', { ...nothing, entry })
  const server = await check('server_metadata', (x) => examineServerMetadata(x, resource))
  const known = { ...nothing, entry, resource, authorizationServer: server }
  if (!server) return skipRest(course, 'The authorization server has no metadata.', known)

  await check('pkce', (x) => examinePkce(x, server))
  const registration = await check('registration', (x) => examineRegistration(x, server))
  await check('authorization', (x) => examineAuthorization(x, server, resource))
  await check('protection', (x) => examineProtection(x, entry))
  await check('caching', (x) => examineCaching(x, { resource, server }))
  const session = await signIn?.()
  const signedIn = session && { resource, server, session }
  const isAccepted = signedIn && ((await check('token', (x) => examineToken(x, signedIn))) ?? false)
  const because = signIn ? 'The sign-in did not succeed.' : 'Seen with --login or --token only.'
  if (!signedIn) course.skip('token', because)
  // What stands behind the token is seen with one that is good.
  const token = isAccepted ? session?.accessToken : undefined
  await check('cors', (x) => examineCors(x, { resource, server, token }))
  await check('revisions', (x) => examineRevisions(x, { entry, token }))
  const found = { ...known, registration }
  if (!signedIn) return skipRest(course, because, found)
  return examineSignedIn(course, found, { ...signedIn, isAccepted: isAccepted === true })
}

async function examineSignedIn(
  course: Course,
  found: Found,
  signedIn: {
    resource: Resource
    server: AuthorizationServer
    session: Session
    isAccepted: boolean
  },
): Promise<Found> {
  const { check } = course
  if (!signedIn.isAccepted) {
    for (const area of ['tools', 'step_up'] as const) {
      course.skip(area, 'The MCP endpoint does not accept the token.')
    }
  } else {
    await check('tools', (x) => examineTools(x, signedIn))
    await check('step_up', (x) => examineStepUp(x, signedIn))
  }
  if (signedIn.session.grant) await check('refresh', (x) => examineRefresh(x, signedIn))
  return skipRest(course, 'Seen with --login only.', found)
}

/** A server that asks for no token is examined as what it is. */
async function examineOpenServer(course: Course, found: Found): Promise<Found> {
  const { check } = course
  const entry = found.entry!
  for (const area of ['resource_metadata', 'server_metadata', 'pkce', 'registration'] as const) {
    course.skip(area, 'The server asks for no token.')
  }
  course.skip('authorization', 'The server asks for no token.')
  await check('protection', (x) => examineProtection(x, entry))
  await check('caching', (x) => examineCaching(x, {}))
  course.skip('token', 'The server asks for no token.')
  await check('cors', (x) => examineCors(x, {}))
  await check('revisions', (x) => examineRevisions(x, { entry }))
  await check('tools', (x) => examineTools(x, {}))
  return skipRest(course, 'The server asks for no token.', found)
}

function skipRest(course: Course, because: string, found: Found): Found {
  const done = new Set(course.areas.map(({ area }) => area))
  for (const area of Object.keys(areas) as Area[]) if (!done.has(area)) course.skip(area, because)
  return found
}
