import { may, must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX A.8: Client ID Metadata Documents. */
export const metadataDocuments = rowsOf('A.8', {
  'AS-136': should(
    'CIMD draft §4; MCP 2025-11-25',
    'A client id that is an https URL leads to the client’s document.',
  ),
  'AS-137': must(
    'CIMD draft §3',
    'Such a URL has https and a path, no dot segments, fragment or user information; others are not fetched.',
  ),
  'AS-138': must('CIMD draft §4', 'Only 200 is success, and redirects are not followed.'),
  'AS-139': must('CIMD draft §4.1', 'client_id in the document equals its URL.'),
  'AS-140': must(
    'MCP client registration',
    'The document is a JSON object with client_id, client_name and redirect_uris.',
  ),
  'AS-141': must('CIMD draft', 'Its content type is application/json or ends with +json.'),
  'AS-142': must('CIMD draft §4.1', 'It holds no secret and asks for none.'),
  'AS-143': product(
    'CIMD draft; Claude Code, Codex',
    'Without token_endpoint_auth_method the client is a public one.',
  ),
  'AS-144': product(
    'draft rp-metadata-choices; ChatGPT',
    'A document that offers several methods works by the one that it prefers.',
  ),
  'AS-145': must(
    'CIMD draft §6.2; MCP',
    'A client whose document says private_key_jwt authenticates with its key.',
  ),
  'AS-146': must('CIMD draft §4.5; MCP', 'It returns to redirect URIs of its document only.'),
  'AS-147': must(
    'CIMD draft §6.5; RFC 6890; MCP security',
    'Addresses of special use are never connected to, neither for documents nor for what they name.',
  ),
  'AS-148': should('CIMD draft §6.6', 'Size and time of a fetch are limited.'),
  'AS-149': must(
    'CIMD draft §4.4; MCP',
    'Documents are cached as HTTP says within own bounds; failures and bad documents are never taken for good ones.',
  ),
  'AS-150': should('CIMD draft §4.3', 'A fetch that fails ends on a page, never in a redirect.'),
  'AS-151': may('CIMD draft §6.8; MCP trust policies', 'Domains can be trusted or blocked.'),
  'AS-152': product(
    'claude.ai refuses data centres',
    'A known client works without its document being fetched.',
  ),
  'AS-153': should(
    'CIMD draft §6.4, §6.7',
    'The host of the client id is shown, and no logo is loaded from it.',
  ),
  'AS-154': should('CIMD draft §6.3', 'A changed document holds once the cached one has expired.'),
})
