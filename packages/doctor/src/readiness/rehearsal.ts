import type { Persona } from '@neonpanel/personas/persona'
import { type PersonaRun, runPersona } from '@neonpanel/personas/run-persona'
import { healthyAnswer, madeUp } from './healthy-answers.ts'
import type { Stage } from './stage.ts'

/** How far a client would come. */
export interface Rehearsal {
  readonly run: PersonaRun
  /** How it became known; undefined when it did not come so far. */
  readonly way: 'document' | 'dynamic' | 'static' | undefined
  /** The server answered it without a token. */
  readonly asksForNoToken: boolean
}

/**
 * Has a client go its whole way, and leaves no trace: what only reads goes to the servers, and so does the request without a
 * token that every client begins with; what would register, sign in, redeem or call a tool is answered here, as a healthy
 * server would. What it stops at is therefore what it would stop at.
 *
 * @param clientId entered in its settings; left out, it goes the way it prefers
 */
export async function rehearse(
  persona: Persona,
  stage: Stage,
  clientId?: string,
): Promise<Rehearsal> {
  let way: Rehearsal['way']
  let metadata: ReadMetadata | undefined

  const play: typeof fetch = async (input, init) => {
    const request = { url: String(input), ...init }
    const made = healthyAnswer(request, stage)
    if (made) return made
    const answer = await stage.fetch(input, init)
    metadata = (await serverMetadataIn(answer)) ?? metadata
    return answer
  }
  const openBrowser = async (authorization: URL) => {
    const asked = authorization.searchParams
    if (!metadata) await expectEndpoint(authorization, stage)
    const usedId = asked.get('client_id') ?? ''
    way = clientId !== undefined ? 'static' : usedId === madeUp.clientId ? 'dynamic' : 'document'
    const callback = new URL(asked.get('redirect_uri') ?? '')
    callback.searchParams.set('code', madeUp.code)
    callback.searchParams.set('state', asked.get('state') ?? '')
    if (metadata?.announcesIss) callback.searchParams.set('iss', String(metadata.issuer))
    return callback
  }
  const run = await runPersona(withAnyPort(persona), stage.mcpUrl, {
    openBrowser,
    fetch: play,
    timeoutMs: stage.timeoutMs,
    ...(clientId !== undefined && { registration: { clientId } }),
  })
  const { status, exchanges } = run.story
  const signedIn = exchanges.some(({ step }) => step !== 'discovery')
  return { run, way, asksForNoToken: status === 'completed' && !signedIn }
}

/** The port that the real client prefers may be the one that the real client listens on now. */
function withAnyPort(persona: Persona): Persona {
  const { preferredPort: _, ...redirect } = persona.redirect
  return { ...persona, redirect }
}

/** Of the authorization server, as the client read it. */
interface ReadMetadata {
  readonly issuer: unknown
  readonly announcesIss: boolean
}

/** An endpoint that the client assumes may not be there: asked for without a request, that shows. */
async function expectEndpoint({ origin, pathname }: URL, { fetch, timeoutMs }: Stage) {
  const signal = AbortSignal.timeout(timeoutMs)
  const { status } = await fetch(origin + pathname, { redirect: 'manual', signal })
  if (status === 404) throw new Error(`${origin}${pathname} answered 404`)
}

async function serverMetadataIn(answer: Response): Promise<ReadMetadata | undefined> {
  if (answer.status !== 200 || !/\bjson\b/.test(answer.headers.get('content-type') ?? '')) return
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  if (typeof body !== 'object' || body === null || !('authorization_endpoint' in body)) return
  const { issuer, authorization_response_iss_parameter_supported: announced } = body as Record<
    string,
    unknown
  >
  return { issuer, announcesIss: announced === true }
}
