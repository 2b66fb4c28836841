import { type Answer, type Ask, NoAnswer } from '../ask.ts'
import { inShort } from '../conversation.ts'
import type { Exchange } from '../finding.ts'
import { isPage, titleOf } from '../html.ts'
import { isObject, type Members } from '../json.ts'

/**
 * What is at an address where a document is looked for. `absent`: 404 and the like; `page`: HTML in its place; `guarded`:
 * only for who has a token; `unreadable`: no JSON object; `failing`: a server error, or no answer.
 */
export type DocumentState = 'found' | 'absent' | 'page' | 'guarded' | 'unreadable' | 'failing'

export interface FetchedDocument {
  readonly url: string
  readonly state: DocumentState
  /** Where found. */
  readonly document: Members | undefined
  /** In a line, as evidence. */
  readonly got: string
  /** Where the address redirects to, one step being followed. */
  readonly redirectedTo: string | undefined
  /** Of a document that was found and is not declared as JSON. */
  readonly oddType: string | undefined
  readonly exchanges: readonly Exchange[]
}

/** Reads a JSON document as clients do: by GET, without a token. */
export async function fetchDocument(ask: Ask, url: string): Promise<FetchedDocument> {
  try {
    const answer = await ask({ url, headers: { accept: 'application/json' } })
    const location = answer.headers.get('location')
    const target = location === null ? undefined : URL.parse(location, url)?.href
    if (answer.status < 300 || answer.status > 399 || !target) return seen(url, answer)
    const next = await ask({ url: target, headers: { accept: 'application/json' } })
    const got = `HTTP ${answer.status} to ${target}: ${inShort(next)}`
    const exchanges = [answer.exchange, next.exchange]
    return { ...seen(url, next), got, redirectedTo: target, exchanges }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const { exchange } = error
    const none = { document: undefined, redirectedTo: undefined, oddType: undefined }
    return { url, state: 'failing', got: exchange.failure ?? '', ...none, exchanges: [exchange] }
  }
}

function seen(url: string, answer: Answer): FetchedDocument {
  const state = stateOf(answer)
  const type = answer.headers.get('content-type') ?? 'none'
  const title = state === 'page' ? titleOf(answer.text) : undefined
  return {
    url,
    state,
    document: state === 'found' && isObject(answer.json) ? answer.json : undefined,
    got: title ? `${inShort(answer)}, a page called “${title}”` : inShort(answer),
    redirectedTo: undefined,
    oddType:
      state === 'found' && !/^application\/(?:[\w.-]+\+)?json/i.test(type) ? type : undefined,
    exchanges: [answer.exchange],
  }
}

function stateOf(answer: Answer): DocumentState {
  const { status } = answer
  if (status === 401 || status === 403 || status === 407) return 'guarded'
  if (status >= 500) return 'failing'
  if (status >= 300) return 'absent'
  if (isPage(answer)) return 'page'
  return isObject(answer.json) ? 'found' : 'unreadable'
}

const telling: readonly DocumentState[] = ['page', 'guarded', 'unreadable', 'failing', 'absent']

/** Of several places where nothing was found, the one that tells most about why. */
export const mostTelling = (places: readonly FetchedDocument[]): FetchedDocument | undefined =>
  places.toSorted((one, other) => telling.indexOf(one.state) - telling.indexOf(other.state))[0]
