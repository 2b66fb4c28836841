import { createHash } from 'node:crypto'
import { type Html, html } from './html.ts'

/** First letters of the first and last word of a name, for the round mark beside it. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

export function avatar(name: string): Html {
  return html`<span class="avatar" aria-hidden="true">${initials(name)}</span>`
}

/** An app as pages show it. */
export interface App {
  readonly clientId: string
  readonly name: string
  /** Whether NeonPanel stands for the name; otherwise it is the app's own word. */
  readonly reviewed: boolean
}

/** Names that NeonPanel stands for: pre-registered, made by an administrator, or reviewed by one. */
export function isReviewed(client: { origin: string; reviewedAt: Date | null }): boolean {
  return (
    client.reviewedAt !== null ||
    client.origin === 'pre-registered' ||
    client.origin === 'administrator'
  )
}

/** An app's mark: its letter in one of five hues, or a question mark for an app that nobody reviewed. */
export function appMark({ clientId, name, reviewed }: App, size?: 'large'): Html {
  const className = `app-mark${size ? ` app-mark-${size}` : ''}`
  if (!reviewed)
    return html`<span class="${className} app-mark-unknown" aria-hidden="true">?</span>`
  const hue = (createHash('sha256').update(clientId).digest()[0]! % 5) + 1
  return html`<span class="${className}" data-hue="${hue}" aria-hidden="true">${initials(name).slice(0, 1)}</span>`
}

/** How a sentence names an app: a name that only the app itself vouches for stands in quotes. */
export function appName({ name, reviewed }: App): string {
  return reviewed ? name : `“${name}”`
}
