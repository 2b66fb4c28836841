import { accessTokens } from './access-tokens.ts'
import { eras } from './eras.ts'
import { gates } from './gates.ts'
import { http } from './http.ts'
import { legacySse } from './legacy-sse.ts'
import { metadataAndChallenges } from './metadata-and-challenges.ts'
import { sessions } from './sessions.ts'
import { stateless } from './stateless.ts'
import { tools } from './tools.ts'

/** SPEC-MATRIX part B: what the standards and real clients ask of the resource server. */
export const resourceServerRows = {
  ...metadataAndChallenges,
  ...accessTokens,
  ...http,
  ...eras,
  ...stateless,
  ...sessions,
  ...legacySse,
  ...tools,
  ...gates,
}

export type ResourceServerRowId = keyof typeof resourceServerRows
