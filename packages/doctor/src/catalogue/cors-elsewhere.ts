import type { FindingDefinition, Source } from '../finding.ts'
import { pageClients } from './persona-groups.ts'
import { rfc, thread } from './sources.ts'

const protocol: Source = {
  title: 'Fetch, CORS protocol',
  url: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
}
const inspector = thread('modelcontextprotocol/inspector', 571)
const proxy = thread('quarkiverse/quarkus-oidc-proxy', 123)
const crossOrigin = rfc(9700, '2.6')

const area = 'cors'
const breaks = pageClients

/** What keeps web pages from the metadata and from the authorization server. */
export const corsElsewhereFindings = {
  metadata_without_cors: {
    area,
    level: 'error',
    title: 'Pages cannot read the metadata',
    why: 'The MCP endpoint allows web pages, and this document has no Access-Control-Allow-Origin: to a page it is not there, and it does not find where to sign in.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin: * at {where}; the document is public.',
    sources: [crossOrigin, inspector],
  },
  metadata_preflight_refused: {
    area,
    level: 'warning',
    title: 'The preflight for the metadata is refused',
    why: 'Clients ask for metadata with MCP-Protocol-Version, which needs a preflight. The TypeScript SDK asks again without the header; other clients in pages take the document for missing.',
    breaks,
    fix: 'Answer OPTIONS at {where} with 204, Access-Control-Allow-Origin: * and Access-Control-Allow-Headers: MCP-Protocol-Version.',
    sources: [protocol, inspector],
  },
  registration_preflight_refused: {
    area,
    level: 'error',
    title: 'The preflight for registration is refused',
    why: 'Registration is JSON, so the browser asks with OPTIONS first, without any token. Refused, the page cannot register.',
    breaks,
    fix: 'Answer OPTIONS at {where} with 204, Access-Control-Allow-Origin: * and Access-Control-Allow-Headers: Content-Type, Authorization; got {got}.',
    sources: [crossOrigin, inspector, proxy],
  },
  registration_without_cors: {
    area,
    level: 'error',
    title: 'Pages cannot read the answer of registration',
    why: 'The client is registered, and the page never learns its client id: the answer has no Access-Control-Allow-Origin.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin: * with every answer of {where}, errors included.',
    sources: [crossOrigin, inspector],
  },
  token_without_cors: {
    area,
    level: 'error',
    title: 'Pages cannot read the answer of the token endpoint',
    why: 'The page redeems its code there, and without Access-Control-Allow-Origin it never sees the tokens; the code is used up. Where the preflight has the header, the server may allow the origins of clients that it knows: then nothing has to be done.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin at {where}, at least to the origins of registered redirect URIs, and answer OPTIONS with 204.',
    sources: [crossOrigin, inspector],
  },
  revocation_without_cors: {
    area,
    level: 'warning',
    title: 'Pages cannot revoke their tokens',
    why: 'When somebody signs out in a page, it revokes the tokens; without CORS the request is lost, and they stay good until they expire.',
    breaks,
    fix: 'Send Access-Control-Allow-Origin at {where}, and answer OPTIONS with 204.',
    sources: [crossOrigin, rfc(7009, '2.3')],
  },
  authorization_endpoint_with_cors: {
    area,
    level: 'note',
    title: 'The authorization endpoint allows other origins',
    why: 'Browsers go there as a page of its own; scripts of other pages must not read what it says of the person.',
    breaks: [],
    fix: 'Send no Access-Control-Allow-Origin at {where}; got {got}.',
    sources: [crossOrigin],
  },
} as const satisfies Record<string, FindingDefinition>
