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
export function presentedClaims({ notes }: Story, exchange: StoryExchange): Claims | undefined {
  const note = notes.find(
    ({ reason, correlationId }) =>
      reason === 'unverified_claims' && correlationId === exchange.correlationId,
  )
  if (!note?.got) return undefined
  const claims = parsed(note.got)
  const exp = member(claims, 'exp')
  return {
    typ: text(member(claims, 'typ')),
    iss: text(member(claims, 'iss')),
    aud: [member(claims, 'aud')].flat().filter(Boolean).join(' ') || undefined,
    expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : undefined,
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // It was cut.
    return undefined
  }
}
