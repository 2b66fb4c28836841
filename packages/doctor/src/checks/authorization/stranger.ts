/** A client that nobody registered, at an address that nobody has (RFC 2606). */
export const stranger = {
  clientId: 'neonpanel-doctor-is-not-registered',
  redirectUri: 'https://neonpanel-doctor.invalid/callback',
  /** RFC 7636, appendix B. */
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
} as const
