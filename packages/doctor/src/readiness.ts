import { type PersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import { fillIn, type Persona } from '@neonpanel/personas/persona'
import type { Finding } from './finding.ts'
import { isPublicAddress } from './readiness/public-address.ts'
import { type Rehearsal, rehearse } from './readiness/rehearsal.ts'
import { shareAnswers } from './readiness/shared-answers.ts'
import type { Stage } from './readiness/stage.ts'
import type { AuthorizationServer, Entry, RegistrationWays, Resource } from './servers.ts'

/** What one real client will make of the server. */
export interface Readiness {
  readonly persona: PersonaName
  /** `Claude`. */
  readonly title: string
  /** `works_after`: once somebody did what `says` tells. */
  readonly verdict: 'works' | 'works_after' | 'fails'
  /** One or two sentences: how it gets in, what has to be done first, or why it fails. */
  readonly says: string
  /** The verdict's cause (docs/verdicts.md, personas' causes) or the finding's id, where there is one. */
  readonly cause: string | undefined
}

/** What the examination learnt. */
export interface Examined {
  readonly mcpUrl: string
  readonly timeoutMs: number
  /** In place of the platform's. */
  readonly fetch?: typeof fetch | undefined
  readonly findings: readonly Finding[]
  readonly entry: Entry | undefined
  readonly resource: Resource | undefined
  readonly authorizationServer: AuthorizationServer | undefined
  readonly registration: RegistrationWays | undefined
}

/**
 * Rehearses each persona at the server (rehearsal.ts), and adds what a rehearsal cannot see: errors behind the sign-in, and
 * whether a client in the cloud reaches the server at all.
 */
export async function readinessOf(examined: Examined): Promise<Readiness[]> {
  const { mcpUrl, timeoutMs, registration } = examined
  const stage: Stage = {
    mcpUrl,
    timeoutMs,
    fetch: shareAnswers(examined.fetch ?? fetch),
    registration: registration?.dynamic ?? 'open',
  }
  const unreachable = examined.entry ? undefined : errorIn(examined, 'reachability')
  return Promise.all(
    personaNames.map(async (persona) => {
      const outcome = unreachable
        ? failed(unreachable)
        : await outcomeOf(persona, personas[persona], stage, examined)
      return { persona, title: personas[persona].title, ...outcome }
    }),
  )
}

type Outcome = Pick<Readiness, 'verdict' | 'says' | 'cause'>

async function outcomeOf(
  name: PersonaName,
  persona: Persona,
  stage: Stage,
  examined: Examined,
): Promise<Outcome> {
  const errors = examined.findings.filter((finding) => isBroken(name, finding))
  const ofRegistration = errors.filter((finding) => isAboutRegistration(finding, examined))
  const first = await rehearse(persona, stage)
  const registrationError = ofRegistration.find((finding) => isMet(finding, first, examined))
  const needsId = isLockedOut(first) || registrationError !== undefined
  const rehearsal = needsId ? await rehearse(persona, stage, 'entered-by-hand') : first
  if (rehearsal.run.story.status !== 'completed') return explained(rehearsal, errors)
  const unseen = errors.find((finding) => !ofRegistration.includes(finding))
  if (unseen) return failed(unseen)

  const hidden = persona.runs === 'cloud' ? hiddenServers(examined) : []
  const todo = [
    ...(hidden.length > 0 ? [publishing(hidden)] : []),
    ...(needsId ? [wayIn(name, persona, examined)] : []),
  ]
  if (todo.length === 0) {
    return { verdict: 'works', says: sentences[wayOf(rehearsal)], cause: undefined }
  }
  const cause = needsId ? (registrationError?.id ?? causeOf(first, stage)) : undefined
  return { verdict: 'works_after', says: todo.join(' '), cause }
}

const sentences = {
  open: 'Connects at once: the server asks for no token.',
  document: 'Is known by its metadata document; the person signs in.',
  dynamic: 'Registers itself; the person signs in.',
  static: 'The person signs in.',
}

function wayOf({ asksForNoToken, way }: Rehearsal): keyof typeof sentences {
  return asksForNoToken ? 'open' : (way ?? 'static')
}

/** Nothing is wrong but that the client is not known, and cannot make itself known. */
function isLockedOut({ run }: Rehearsal): boolean {
  return run.story.status !== 'completed' && run.story.step === 'register'
}

/** A persona's cause: what was answered here in place of a server that lets nobody register says nothing of that server. */
function causeOf({ run }: Rehearsal, { registration }: Stage): string | undefined {
  return registration === 'open' ? run.verdict?.cause : 'client_id_needed'
}

/** In the client's own words; where those are none that are known, in those of the error that breaks it. */
function explained({ run }: Rehearsal, [error]: readonly Finding[]): Outcome {
  const { verdict, steps } = run
  if (!verdict && error) return failed(error)
  if (!verdict) {
    return { verdict: 'fails', says: steps.at(-1)?.says ?? 'It stops.', cause: undefined }
  }
  const { got, expected } = verdict.evidence.compare ?? {}
  const isTold = got === undefined || verdict.says.includes(got)
  const says = isTold ? verdict.says : `${verdict.says} Got ${got}, expected ${expected}.`
  return { verdict: 'fails', says, cause: verdict.cause }
}

function failed({ id, title, got, expected }: Finding): Outcome {
  const compared = [got && `got ${got}`, expected && `expected ${expected}`].filter(Boolean)
  const says = compared.length > 0 ? `${title}: ${compared.join(', ')}.` : `${title}.`
  return { verdict: 'fails', says, cause: id }
}

function isBroken(name: PersonaName, { level, breaks }: Finding): boolean {
  return level === 'error' && (breaks === 'every client' || breaks.includes(name))
}

/** Of how clients become known: an entered id gets around it. */
function isAboutRegistration(finding: Finding, examined: Examined): boolean {
  return finding.area === 'registration' || isAtRegistrationEndpoint(finding, examined)
}

/** Who is known by a metadata document never comes to the registration endpoint. */
function isMet(finding: Finding, { way }: Rehearsal, examined: Examined): boolean {
  return way !== 'document' || !isAtRegistrationEndpoint(finding, examined)
}

function isAtRegistrationEndpoint({ where }: Finding, { authorizationServer }: Examined): boolean {
  const endpoint = authorizationServer?.metadata.registration_endpoint
  return endpoint !== undefined && where?.split(', ')[0] === endpoint
}

const errorIn = ({ findings }: Examined, area: Finding['area']) =>
  findings.find((finding) => finding.level === 'error' && finding.area === area)

const usualIssuer = 'http://localhost:4400'

/** What somebody has to do for a client that cannot make itself known. */
function wayIn(name: PersonaName, persona: Persona, examined: Examined): string {
  const issuer = examined.authorizationServer?.metadata.issuer ?? examined.resource?.issuer
  const where = `enter the client id: ${placeOf(persona, examined.mcpUrl)}`
  if (examined.registration?.dynamic !== 'gated') {
    return `Register ${persona.title} by hand at ${issuer ?? 'the authorization server'}, then ${where}.`
  }
  const option = issuer === undefined || issuer === usualIssuer ? '' : ` --issuer ${issuer}`
  return `Register it, \`neonpanel register ${name} --iat <token>${option}\`, then ${where}.`
}

/** The first line of the instructions, with those that a person reads alone. */
function placeOf({ paste }: Persona, mcpUrl: string): string {
  const values = { mcp_url: mcpUrl, client_id: '<client id>' }
  const line = paste.find((one) => one.includes('{client_id}')) ?? ''
  const place = fillIn(paste[0] ?? '', values).replace(/:$/, '')
  const entry = fillIn(line.trim().replace(/ {2,}/, ': '), values)
  return paste[0] === line ? entry : `${place}: ${entry}`
}

function hiddenServers({ mcpUrl, authorizationServer, entry }: Examined): string[] {
  const endpoint = authorizationServer?.metadata.token_endpoint ?? authorizationServer?.issuer
  const urls = entry?.kind === 'open' || !endpoint ? [mcpUrl] : [mcpUrl, endpoint]
  const hidden = urls.filter((url) => !isPublicAddress(url)).map((url) => URL.parse(url)?.origin)
  return [...new Set(hidden)].filter((origin) => origin !== undefined)
}

function publishing(hidden: readonly string[]): string {
  const addresses = hidden.length > 1 ? 'public https addresses' : 'a public https address'
  return `Runs in its maker’s cloud: give ${hidden.join(' and ')} ${addresses}, for example by a tunnel.`
}
