import { type Answer, postForm } from '@neonpanel/testing-kit/client/http'
import {
  claude,
  oauthClient,
  type Servers,
  type TokenBody,
} from '@neonpanel/testing-kit/client/oauth-client'
import type { Person } from '@neonpanel/testing-kit/person/people'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** How often a race is run: `CONCURRENCY_ROUNDS`. */
    concurrencyRounds: number
  }
}

export const rounds = inject('concurrencyRounds')

/** Sends requests at the same moment, each to the next process. */
export function atOnce<Result>(
  origins: readonly string[],
  count: number,
  call: (origin: string, turn: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(
    Array.from({ length: count }, (_, turn) => call(origins[turn % origins.length] ?? '', turn)),
  )
}

/** Runs all rounds, several next to each other: one `lane` per member, each with rounds of its own. */
export async function inLanes<Lane>(
  lanes: readonly Lane[],
  run: (lane: Lane, round: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    lanes.map(async (lane, index) => {
      for (let round = index; round < rounds; round += lanes.length) await run(lane, round)
    }),
  )
}

/** An address that no other round comes from. */
export function from(round: number): { 'x-forwarded-for': string } {
  return { 'x-forwarded-for': `10.${(round >> 16) & 255}.${(round >> 8) & 255}.${round & 255}` }
}

/** How many answers there are of each status: `{ 200: 1, 400: 7 }`. */
export function statuses(answers: readonly Pick<Answer, 'status'>[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export function errorsOf(
  answers: readonly Answer<{ error?: string | undefined }>[],
): readonly string[] {
  return [...new Set(answers.flatMap(({ body }) => body.error ?? []))]
}

export type Form = Record<string, string>

/** A person authorizes Claude: what redeems the code. */
export async function codeFor(servers: Servers, person: Person): Promise<Form> {
  const asked = oauthClient(servers, claude).authorization({ scope: 'read:companies' })
  const callback = await person.authorize(asked.url)
  return {
    grant_type: 'authorization_code',
    client_id: claude.clientId,
    redirect_uri: claude.redirectUri,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: asked.verifier,
  }
}

/** What refreshes one of Claude's tokens. */
export function refreshWith(token: string | undefined): Form {
  return { grant_type: 'refresh_token', client_id: claude.clientId, refresh_token: token ?? '' }
}

/** Sends a form to the token endpoint of whichever process. */
export function tokenRequest(round: number, form: Form) {
  return (origin: string): Promise<Answer<TokenBody>> =>
    postForm<TokenBody>(`${origin}/oauth2/token`, form, from(round))
}
