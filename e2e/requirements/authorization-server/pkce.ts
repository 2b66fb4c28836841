import { must, rowsOf } from '../row.ts'

/** SPEC-MATRIX A.4: PKCE. */
export const pkce = rowsOf('A.4', {
  'AS-67': must(
    'OAuth 2.1 §4.1.1, §7.5.1; RFC 9700 §2.1.1',
    'Every client needs PKCE, confidential ones too.',
  ),
  'AS-68': must(
    'RFC 7636 §4.4.1; RFC 9700 §2.1.1',
    'S256 is the only method; plain, and no method, are refused.',
  ),
  'AS-69': must('RFC 7636 §4.6; OAuth 2.1 §4.1.3', 'A wrong or missing verifier is invalid_grant.'),
  'AS-70': must(
    'OAuth 2.1 §4.1.3; RFC 9700 §4.8.2',
    'A verifier where there was no challenge is refused.',
  ),
  'AS-71': must(
    'RFC 7636 §4.1, §4.2',
    'Challenge and verifier have 43 to 128 unreserved characters.',
  ),
  'AS-72': must('OAuth 2.1 §4.1.2', 'The challenge cannot be read from the code.'),
})
