import { authorization } from './authorization.ts'
import { discovery } from './discovery.ts'
import { metadataDocuments } from './metadata-documents.ts'
import { pkce } from './pkce.ts'
import { registration } from './registration.ts'
import { resources } from './resources.ts'
import { sessions } from './sessions.ts'
import { tokens } from './tokens.ts'
import { transport } from './transport.ts'

/** SPEC-MATRIX part A: what the standards and real clients ask of the authorization server. */
export const authorizationServerRows = {
  ...discovery,
  ...transport,
  ...authorization,
  ...pkce,
  ...tokens,
  ...resources,
  ...registration,
  ...metadataDocuments,
  ...sessions,
}

export type AuthorizationServerRowId = keyof typeof authorizationServerRows
