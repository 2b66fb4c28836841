import { sentencesOf } from './requirement.ts'

/** What people and builders are promised beyond the contract and the standards. */
export const product = {
  ...sentencesOf('PRODUCT', 'account', {
    'account-revoke-all': 'A person revokes all of their connected apps at once.',
    'account-narrow':
      'A person takes permissions or companies from an app without disconnecting it, at once and never the other way.',
    'account-password':
      'A new password ends every other session and all that apps were granted; the person is told before.',
  }),
  ...sentencesOf('PRODUCT', 'errors', {
    'errors-mismatch': 'An error page names what was got, what is registered and what to check.',
    'errors-correlation':
      'The correlation id of a refusal finds its row in the audit log, with the rule that was broken.',
    'errors-document': 'Every error_uri leads to a section of a page that the server itself has.',
  }),
}
