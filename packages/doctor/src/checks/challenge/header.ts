import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Answer } from '../../ask.ts'
import { type ReadChallenge, readBearerChallenge } from '../../bearer-challenge.ts'
import type { Examination } from '../../examination.ts'
import { isPage } from '../../html.ts'
import type { Challenge, Entry } from '../../servers.ts'
import { pathMetadataUrl } from '../resource-metadata/places.ts'

/** Reads the challenge of a 401 that was given without a token, and tells what is wrong with it. */
export function tellHeader(examination: Examination, refused: Answer): Entry {
  const { mcpUrl, found } = examination
  const exchanges = [refused.exchange]
  if (isPage(refused)) {
    found('challenge_is_page', {
      where: mcpUrl,
      got: 'HTML',
      expected: 'JSON, or no body',
      exchanges,
    })
  }
  const header = refused.headers.get('www-authenticate')
  const expected = pathMetadataUrl(mcpUrl)
  if (header === null) {
    const renamed = refused.headers.get('x-amzn-remapped-www-authenticate')
    const id = renamed === null ? 'challenge_missing' : 'challenge_renamed'
    const got = renamed === null ? 'none' : `x-amzn-remapped-www-authenticate: ${renamed}`
    found(id, { where: 'WWW-Authenticate', got, expected, exchanges })
    return { kind: 'protected', challenge: undefined }
  }
  const read = readBearerChallenge(header)
  const detail = { where: 'WWW-Authenticate', got: header, expected, exchanges }
  tellForm(examination, read, detail)
  if (read.challenge) tellParts(examination, read.challenge, detail)
  return { kind: 'protected', challenge: read.challenge }
}

interface Seen {
  readonly where: string
  readonly got: string
  readonly expected: string
  readonly exchanges: readonly Answer['exchange'][]
}

function tellForm({ found }: Examination, read: ReadChallenge, detail: Seen): void {
  const { challenge, bearers, fault } = read
  if (!challenge) {
    const id = fault && /bearer/i.test(detail.got) ? 'challenge_malformed' : 'challenge_not_bearer'
    found(id, detail)
    return
  }
  if (fault) {
    // What a lenient client still reads breaks the strict ones alone.
    const level = challenge.resourceMetadata ? 'warning' : 'error'
    found('challenge_malformed', { ...detail, got: `${detail.got} (${fault})`, level })
  }
  if (bearers > 1) found('challenge_repeated', { ...detail, expected: 'one Bearer challenge' })
}

function tellParts(examination: Examination, challenge: Challenge, detail: Seen): void {
  const { found } = examination
  if (challenge.resourceMetadata !== undefined) {
    tellMetadataUrl(examination, challenge.resourceMetadata, detail)
  } else if (!/resource_metadata/i.test(detail.got)) {
    found('challenge_without_metadata', detail)
  }
  if (!challenge.scope?.length) {
    found('challenge_without_scope', { ...detail, expected: 'scope="…"' })
  }
  if (challenge.error !== undefined) {
    found('error_without_token', { ...detail, expected: 'no error without a token' })
  }
}

function tellMetadataUrl({ mcpUrl, found }: Examination, named: string, detail: Seen): void {
  const seen = { ...detail, where: 'WWW-Authenticate, resource_metadata', got: named }
  const url = URL.parse(named)
  const endpoint = new URL(mcpUrl)
  if (!url || !/^https?:$/.test(url.protocol)) {
    found('challenge_metadata_not_absolute', seen)
  } else if (isLoopbackUrl(named) && !isLoopbackUrl(mcpUrl)) {
    found('challenge_metadata_local', seen)
  } else if (url.protocol === 'http:' && endpoint.protocol === 'https:') {
    found('challenge_metadata_http', seen)
  } else if (url.origin !== endpoint.origin) {
    found('challenge_metadata_elsewhere', seen)
  }
}
