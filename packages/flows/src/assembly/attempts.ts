import { type Deed, isOk, isRefused } from './deed.ts'

/** Requests that belong together. */
export interface Attempt {
  readonly deeds: Deed[]
  /** What it was known by before, where its first request is about a token that was issued earlier. */
  readonly heir: Attempt | undefined
}

/** So much later, what a connected client does is no longer of the story how it connected. */
const closesAfterMs = 15 * 60_000

/** Challenges, metadata and preflights name nobody; see `claimDiscovery`. */
const looseKinds: ReadonlySet<string> = new Set(['challenge', 'metadata', 'preflight'])

/**
 * Puts requests together by what they have in common. One authorization request is one attempt; so is a registration
 * until its client asks for the first time, and a token that is refused.
 *
 * @param deeds in the order in which they came
 */
export function attemptsOf(deeds: readonly Deed[]): { attempts: Attempt[]; loose: Deed[] } {
  const book = createBook()
  const loose: Deed[] = []
  for (const deed of deeds) {
    if (looseKinds.has(deed.head.kind)) loose.push(deed)
    else place(book, deed)
  }
  return { attempts: book.attempts, loose }
}

type Book = ReturnType<typeof createBook>

function createBook() {
  const attempts: Attempt[] = []
  const byKey = new Map<string, Attempt>()
  const byClient = new Map<string, Attempt[]>()
  return {
    attempts,
    find: (keys: readonly string[]) => {
      for (const key of keys) {
        const attempt = byKey.get(key)
        if (attempt) return attempt
      }
      return undefined
    },
    ofClient: (clientId: string | undefined) => (clientId && byClient.get(clientId)) || [],
    /** Later deeds with one of these keys belong to the attempt. */
    name(attempt: Attempt, keys: readonly string[]) {
      for (const key of keys) byKey.set(key, attempt)
    },
    add(attempt: Attempt, deed: Deed): Attempt {
      attempt.deeds.push(deed)
      for (const key of [...sharedKeys(deed), ...tokenKeys(deed)]) byKey.set(key, attempt)
      const { clientId } = deed
      if (clientId === undefined) return attempt
      const known = byClient.get(clientId) ?? []
      if (!known.includes(attempt)) byClient.set(clientId, [...known, attempt])
      return attempt
    },
    open(deed: Deed, heir?: Attempt): Attempt {
      const attempt: Attempt = { deeds: [], heir }
      attempts.push(attempt)
      return this.add(attempt, deed)
    },
  }
}

/** What only requests of one authorization share. */
function sharedKeys({ head, flow }: Deed): string[] {
  const joins = head.joins.filter((join) => !join.startsWith('token:'))
  return flow === undefined ? joins : [`flow:${flow}`, ...joins]
}

/** What its grant and its token are known by. */
function tokenKeys({ head, grantId }: Deed): string[] {
  const tokens = head.joins.filter((join) => join.startsWith('token:'))
  return grantId === undefined ? tokens : [`grant:${grantId}`, ...tokens]
}

/** Where a request belongs: to an attempt, to a new one, or nowhere. */
function place(book: Book, deed: Deed): Attempt | undefined {
  const known = book.find(sharedKeys(deed))
  switch (deed.head.kind) {
    case 'register':
      return book.open(deed)
    case 'device':
    case 'client_grant':
      return addOrOpen(book, deed, awaitingAuthorization(book, deed))
    case 'push':
    case 'authorize':
      return addOrOpen(book, deed, known ?? awaitingAuthorization(book, deed))
    case 'interaction':
    case 'resume':
      return known || isRefused(deed) ? addOrOpen(book, deed, known) : undefined
    case 'device_page':
      return addIfAny(book, deed, known ?? awaitingPerson(book, deed))
    case 'device_grant':
      if (known && isPoll(deed) && known.deeds.some(isPoll)) return undefined
      return addOrOpen(book, deed, known)
    case 'code_grant':
    case 'other_grant':
      return addOrOpen(book, deed, known ?? book.find(tokenKeys(deed)) ?? awaitingCode(book, deed))
    case 'refresh_grant':
      return placeRefresh(book, deed)
    case 'refused_token':
    case 'step_up':
      return placeRefusal(book, deed)
    default:
      return placeWork(book, deed)
  }
}

function addOrOpen(book: Book, deed: Deed, attempt: Attempt | undefined): Attempt {
  return attempt ? book.add(attempt, deed) : book.open(deed)
}

function addIfAny(book: Book, deed: Deed, attempt: Attempt | undefined): Attempt | undefined {
  return attempt && book.add(attempt, deed)
}

const lastOf = ({ deeds }: Attempt) => deeds.at(-1)!

const elapsedMs = (attempt: Attempt, deed: Deed) =>
  deed.head.at.getTime() - lastOf(attempt).head.at.getTime()

const isRecent = (attempt: Attempt, deed: Deed) => elapsedMs(attempt, deed) <= closesAfterMs

const has = ({ deeds }: Attempt, ...kinds: string[]) =>
  deeds.some(({ head }) => kinds.includes(head.kind))

/** Whether a client is at work with the token. */
export function isAtWork({ deeds }: Attempt): boolean {
  return deeds.some(
    (deed) => (deed.head.kind === 'connect' || deed.head.kind === 'tool_call') && isOk(deed),
  )
}

/** With each of these a client begins to get a token. */
const requests = ['authorize', 'push', 'device', 'code_grant', 'client_grant', 'refresh_grant']

/** The client has just registered, or was told to come back with more scopes. */
function awaitingAuthorization(book: Book, deed: Deed): Attempt | undefined {
  return book
    .ofClient(deed.clientId)
    .findLast(
      (attempt) =>
        !has(attempt, ...requests) &&
        has({ ...attempt, deeds: attempt.deeds.slice(0, 1) }, 'register', 'step_up') &&
        isRecent(attempt, deed),
    )
}

/** The one device of the client whose person has not come yet. */
function awaitingPerson(book: Book, deed: Deed): Attempt | undefined {
  if (deed.flow === undefined) return undefined
  const waiting = book
    .ofClient(deed.clientId)
    .filter((attempt) => has(attempt, 'device') && !has(attempt, 'device_page'))
  return waiting.length === 1 ? waiting[0] : undefined
}

/** A code that nobody was given names no flow. It is of the one that waits at this address, where there is one. */
function awaitingCode(book: Book, deed: Deed): Attempt | undefined {
  const waiting = book
    .ofClient(deed.clientId)
    .filter(
      (attempt) =>
        hasCode(attempt) &&
        !has(attempt, 'code_grant', 'other_grant') &&
        isRecent(attempt, deed) &&
        attempt.deeds.some(({ head }) => head.address === deed.head.address),
    )
  return waiting.length === 1 ? waiting[0] : undefined
}

const hasCode = ({ deeds }: Attempt) =>
  deeds.some(({ events }) => events.some(({ type }) => type === 'authorization.succeeded'))

const isPoll = ({ head, events }: Deed) =>
  head.kind === 'device_grant' &&
  events.some(({ detail }) => detail.error === 'authorization_pending')

/** A refresh connects nobody, unless a token was refused just before, or it is refused itself. */
function placeRefresh(book: Book, deed: Deed): Attempt | undefined {
  const ofGrant = book.find(tokenKeys(deed))
  const isRenewal =
    ofGrant && !isAtWork(ofGrant) && has(ofGrant, 'refused_token') && isRecent(ofGrant, deed)
  if (isRenewal) return book.add(ofGrant, deed)
  if (!isRefused(deed)) {
    if (ofGrant) book.name(ofGrant, tokenKeys(deed))
    return undefined
  }
  const before = book
    .ofClient(deed.clientId)
    .findLast(
      (attempt) =>
        attempt.deeds.every(({ head }) => head.kind === 'refresh_grant') &&
        isRecent(attempt, deed) &&
        lastOf(attempt).head.address === deed.head.address &&
        lastOf(attempt).head.agent === deed.head.agent &&
        (lastOf(attempt).grantId ?? deed.grantId) === deed.grantId,
    )
  return before ? book.add(before, deed) : book.open(deed, ofGrant)
}

/** Before the client is at work it is how its attempt ends; afterwards it begins another one. */
function placeRefusal(book: Book, deed: Deed): Attempt {
  const ofToken = book.find(tokenKeys(deed))
  if (ofToken && !isAtWork(ofToken) && isRecent(ofToken, deed)) return book.add(ofToken, deed)
  const attempt = book.open(deed, ofToken)
  const grantId = ofToken && grantOf(ofToken)
  if (grantId) book.name(attempt, [`grant:${grantId}`])
  return attempt
}

function grantOf(attempt: Attempt): string | undefined {
  const own = attempt.deeds.map(({ grantId }) => grantId).findLast((id) => id !== undefined)
  return own ?? (attempt.heir && grantOf(attempt.heir))
}

function placeWork(book: Book, deed: Deed): Attempt | undefined {
  const ofToken = book.find(tokenKeys(deed))
  if (!ofToken) return book.open(deed)
  if (!isAtWork(ofToken) || isRecent(ofToken, deed)) return book.add(ofToken, deed)
  return isRefused(deed) ? book.open(deed, ofToken) : undefined
}

/**
 * Whether nothing was attempted: a client goes on with a token that it has, or gets a new one in place of one that had
 * ended.
 */
export function isRoutine(attempt: Attempt): boolean {
  if (has(attempt, 'register', 'push', 'authorize', 'device', 'code_grant', 'client_grant'))
    return false
  return isAtWork(attempt) && isOk(lastOf(attempt))
}
