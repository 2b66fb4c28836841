import type { Answer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import type { Exchange } from '../../finding.ts'

/** Metadata that no correct server registers: each member is of the wrong type (RFC 7591 section 2). */
export const invalidOnPurpose = {
  client_name: 'NeonPanel doctor: invalid on purpose',
  redirect_uris: 'no list',
  grant_types: 7,
}

/** A redirect URI that no correct server registers (RFC 7591 section 5). */
export const scriptRedirect = {
  client_name: 'NeonPanel doctor: invalid on purpose',
  redirect_uris: ['javascript:void(0)'],
  token_endpoint_auth_method: 'none',
}

export function askToRegister(
  { ask }: Examination,
  url: string,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask({ url, json, headers: { accept: 'application/json', ...headers } })
}

export function isRegistered({ status, json }: Answer): boolean {
  return status < 300 && typeof json === 'object' && json !== null && 'client_id' in json
}

/** Removes a client that should not have been registered, where the server lets its owner (RFC 7592 section 2.3). */
export async function undo(
  { ask }: Examination,
  { json }: Answer,
): Promise<{ says: string; exchanges: Exchange[] }> {
  const information = typeof json === 'object' && json !== null ? json : {}
  const { client_id, registration_client_uri, registration_access_token }: Record<string, unknown> =
    { ...information }
  const left = `It became ${client_id}; remove that client by hand.`
  if (typeof registration_client_uri !== 'string') return { says: left, exchanges: [] }
  if (typeof registration_access_token !== 'string') return { says: left, exchanges: [] }
  if (!/^https?:/.test(registration_client_uri)) return { says: left, exchanges: [] }
  const { status, exchange } = await ask({
    url: registration_client_uri,
    method: 'DELETE',
    token: registration_access_token,
  })
  const gone = status === 204 || status === 200
  return {
    says: gone ? `It became ${client_id}, and was removed again.` : left,
    exchanges: [exchange],
  }
}
