import type { Examination } from '../examination.ts'
import type { AuthorizationServer, RegistrationWays } from '../servers.ts'
import { judgeRegistration } from './registration/answer.ts'
import { askToRegister, isRegistered, scriptRedirect, undo } from './registration/attempt.ts'
import { findUnlisted } from './registration/unlisted.ts'

/** How clients can become known. Sends registrations that a correct server refuses, and undoes one that is taken. */
export async function examineRegistration(
  x: Examination,
  server: AuthorizationServer,
): Promise<RegistrationWays> {
  const { metadata } = server
  const document = metadata.client_id_metadata_document_supported === true
  const endpoint = metadata.registration_endpoint
  const hasEndpoint = endpoint !== undefined && URL.canParse(endpoint)
  const dynamic = hasEndpoint
    ? await judgeRegistration(x, { endpoint, document })
    : await withoutEndpoint(x, server, document)
  if (dynamic === 'open' && hasEndpoint) await tryScript(x, endpoint)
  examineDocuments(x, server, dynamic)
  return { document, dynamic }
}

async function withoutEndpoint(x: Examination, server: AuthorizationServer, document: boolean) {
  if (server.metadata.registration_endpoint !== undefined) return 'none'
  const unlisted = await findUnlisted(x, server.issuer)
  if (unlisted) {
    x.found('registration_endpoint_unlisted', {
      where: unlisted.exchange.request.url,
      got: 'no registration_endpoint',
      expected: unlisted.exchange.request.url,
      exchanges: [unlisted.exchange],
      ...(document && { level: 'warning' }),
    })
  } else {
    x.found(document ? 'only_metadata_documents' : 'no_self_registration', {
      where: server.url,
      got: 'no registration_endpoint',
      expected: 'registration_endpoint, or client_id_metadata_document_supported',
    })
  }
  return 'none' as const
}

async function tryScript(x: Examination, endpoint: string) {
  const answer = await askToRegister(x, endpoint, scriptRedirect)
  if (!isRegistered(answer)) return
  const undone = await undo(x, answer)
  x.found('registration_accepts_script_redirect', {
    where: endpoint,
    got: undone.says,
    expected: '400 invalid_redirect_uri',
    exchanges: [answer.exchange, ...undone.exchanges],
  })
}

function examineDocuments(
  x: Examination,
  { url, metadata, document }: AuthorizationServer,
  dynamic: RegistrationWays['dynamic'],
) {
  const flag = document.client_id_metadata_document_supported
  if (flag !== undefined && typeof flag !== 'boolean') {
    x.found('metadata_document_flag_not_boolean', {
      where: url,
      got: JSON.stringify(flag),
      expected: 'true',
    })
  }
  if (metadata.client_id_metadata_document_supported !== true) return
  // RFC 8414 section 2: who lists nothing takes client_secret_basic.
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  if (methods.includes('none')) return
  x.found('metadata_document_without_none', {
    where: url,
    got: methods.join(', ') || 'nothing',
    expected: 'none',
    ...(dynamic !== 'open' && { level: 'error' }),
  })
}
