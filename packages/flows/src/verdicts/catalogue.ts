import { authorizationCauses } from './causes/authorization.ts'
import { connectionCauses } from './causes/connection.ts'
import { consentCauses } from './causes/consent.ts'
import { discoveryCauses } from './causes/discovery.ts'
import { documentCauses } from './causes/documents.ts'
import { faultCauses } from './causes/faults.ts'
import { redirectCauses } from './causes/redirects.ts'
import { refreshCauses } from './causes/refresh.ts'
import { registrationCauses } from './causes/registration.ts'
import { sessionCauses } from './causes/sessions.ts'
import { tokenCauses } from './causes/tokens.ts'
import { toolCauses } from './causes/tools.ts'
import { remainingCauses, transportCauses } from './causes/transport.ts'
import type { Cause } from './verdict.ts'

/** Chapters of the catalogue, and the order in which causes are looked for: what says more comes first. */
export const chapters = {
  Faults: faultCauses,
  'Getting through': transportCauses,
  Registration: registrationCauses,
  'Redirect addresses': redirectCauses,
  'Client metadata documents': documentCauses,
  Authorization: authorizationCauses,
  'Sign-in and consent': consentCauses,
  Refresh: refreshCauses,
  'Codes and tokens': tokenCauses,
  Connection: connectionCauses,
  Sessions: sessionCauses,
  Tools: toolCauses,
  Discovery: discoveryCauses,
  'Anything else': remainingCauses,
} as const satisfies Record<string, readonly Cause[]>

export const causes: readonly Cause[] = Object.values(chapters).flat()
