import { authorizationFindings } from './catalogue/authorization.ts'
import { cachingFindings } from './catalogue/caching.ts'
import { challengeFindings } from './catalogue/challenge.ts'
import { corsFindings } from './catalogue/cors.ts'
import { pkceFindings } from './catalogue/pkce.ts'
import { protectionFindings } from './catalogue/protection.ts'
import { reachabilityFindings } from './catalogue/reachability.ts'
import { refreshFindings } from './catalogue/refresh.ts'
import { registrationFindings } from './catalogue/registration.ts'
import { resourceMetadataFindings } from './catalogue/resource-metadata.ts'
import { revisionFindings } from './catalogue/revisions.ts'
import { serverMetadataFindings } from './catalogue/server-metadata.ts'
import { stepUpFindings } from './catalogue/step-up.ts'
import { tokenFindings } from './catalogue/token.ts'
import { toolFindings } from './catalogue/tools.ts'

/** Everything that the doctor can find, by id. `docs/doctor.md` is made from it. */
export const findings = {
  ...reachabilityFindings,
  ...challengeFindings,
  ...resourceMetadataFindings,
  ...serverMetadataFindings,
  ...pkceFindings,
  ...registrationFindings,
  ...authorizationFindings,
  ...corsFindings,
  ...revisionFindings,
  ...protectionFindings,
  ...cachingFindings,
  ...tokenFindings,
  ...toolFindings,
  ...stepUpFindings,
  ...refreshFindings,
} as const

export type FindingId = keyof typeof findings
