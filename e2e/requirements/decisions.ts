import { sentencesOf } from './requirement.ts'

/** SPEC-MATRIX E.4: decisions where the standards leave a choice. */
export const decisions = sentencesOf('SPEC-MATRIX', 'E.4', {
  'decision-1':
    'Access token: JWT ES256, 1 h (configurable), liveness by introspection with a short cache; opaque as a setting.',
  'decision-2':
    'Refresh leeway 10 s for a retried request, then reuse kills the family; 0 = strict.',
  'decision-3':
    'Omitted scope = the client’s ceiling ∩ all read: scopes ∩ what the person may hold.',
  'decision-4':
    'First 401 challenge scope: what the call needs, or, where no call is known yet, read:companies read:inventory.',
  'decision-5':
    'REGISTRATION_MODE = iat (default everywhere), open, off; with off the metadata has no registration endpoint. CIMD and pre-registered clients beside it.',
  'decision-6':
    'Initial access token: JWT signed by the AS key set, scope dcr.create, 15 min, one use by default.',
  'decision-7':
    'Legacy SSE on (LEGACY_SSE=off switches it off); 2025-03-26 metadata mirror on the MCP host on; its /authorize /token /register fallbacks redirect to the AS.',
  'decision-8': 'offline_access is in the AS scopes_supported, never needed for a refresh token.',
  'decision-9':
    'DPoP is on, because the RS verifies proofs too; PAR and the device grant are on and tested. Rows AS-109, AS-167 say what must hold when they are off.',
  'decision-10':
    'Registered scope is a ceiling only when the initial access token’s policy says so; a client’s own wish is never a ceiling (AS-122).',
})
