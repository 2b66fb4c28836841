import type { Story, StoryExchange } from '../story.ts'
import { member, text } from './messages.ts'

/** What a token says about itself. Nobody has verified it. */
export interface Claims {
  readonly typ: string | undefined
  readonly iss: string | undefined
  /** Its one audience; several are joined by blanks. */
  readonly aud: string | undefined
  readonly expiresAt: Date | undefined
}

/** The claims of the token in an exchange, where a note tells them. */
export function presentedClaims(story: Story, exchange: StoryExchange): Claims | undefined {
  const got = claimsOf(story).get(exchange.correlationId)
  if (!got) return undefined
  const claims = parsed(got)
  const exp = member(claims, 'exp')
  return {
    typ: text(member(claims, 'typ')),
    iss: text(member(claims, 'iss')),
    aud: [member(claims, 'aud')].flat().filter(Boolean).join(' ') || undefined,
    expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : undefined,
  }
}

const told = new WeakMap<Story, ReadonlyMap<string | undefined, string | undefined>>()

/** What the notes say, by correlation id. */
function claimsOf(story: Story) {
  const known = told.get(story)
  if (known) return known
  const notes = story.notes.filter(({ reason }) => reason === 'unverified_claims')
  const claims = new Map(notes.map(({ correlationId, got }) => [correlationId, got] as const))
  told.set(story, claims)
  return claims
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // It was cut.
    return undefined
  }
}
