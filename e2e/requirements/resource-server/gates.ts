import { product, rowsOf } from '../row.ts'

const suite = 'MCP conformance suite'

/** SPEC-MATRIX B.9: conformance gates. */
export const gates = rowsOf('B.9', {
  'RS-100': product(suite, 'The server scenarios that 2026-07-28 requires pass.'),
  'RS-101': product(suite, 'The server scenarios that 2025-11-25 requires pass.'),
  'RS-102': product(
    suite,
    'The fixtures of the suite are composed in by the test alone, behind the same transport and token, and are part of no normal start.',
  ),
  'RS-103': product(suite, 'Scenarios that are not scored run too, and are reported.'),
  'RS-104': product(suite, 'The scenarios of the authorization server pass, headless.'),
  'RS-105': product(
    'real clients',
    'The SDK clients of both versions work over every transport, registered by themselves, by document and beforehand.',
  ),
})
