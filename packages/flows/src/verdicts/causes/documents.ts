import { anyOf, noted, value } from '../evidence.ts'
import { documentDraft, thread } from '../sources.ts'
import type { Cause, Evidence } from '../verdict.ts'

const got = (evidence: Evidence) => value(evidence, 'got')

/** Why a client whose id is a URL can't be used: its metadata document. */
export const documentCauses: readonly Cause[] = [
  {
    id: 'document_url_invalid',
    title: 'The client_id is a URL that can’t be a document’s',
    says: (evidence) =>
      `The client_id ${got(evidence) ?? 'of the request'} is no URL at which a client metadata document may lie. That takes https, a path, neither query nor fragment, and a name in place of an address.`,
    fix: () => 'In the client, host the document at a plain https URL with a path, and use that.',
    source: documentDraft('3'),
    find: noted('document_url_invalid'),
  },
  {
    id: 'document_forbidden_address',
    title: 'The client’s document lies in a private network',
    says: (evidence) =>
      `The host of the client’s document is at ${got(evidence) ?? 'an address of special use'}. The authorization server never asks such addresses, since anybody could make it do so.`,
    fix: () =>
      'In the client, host the document on the public internet. Whoever tests offline serves it on this machine, to a server with a loopback issuer.',
    source: documentDraft('6'),
    find: noted('document_forbidden_address'),
  },
  {
    id: 'document_too_large',
    title: 'The client’s document is too large',
    says: ({ compare }) =>
      `The document at the client_id is longer than ${compare?.expected ?? 'the limit'}.`,
    fix: () => 'In the client, take images and everything unneeded out of the document.',
    source: documentDraft('6'),
    find: noted('document_too_large'),
  },
  {
    id: 'document_client_id_mismatch',
    title: 'The client’s document names another client_id',
    says: ({ compare }) =>
      `The client_id inside the document has to be the URL at which it lies. Inside is ${compare?.got ?? 'another one'}.`,
    fix: () =>
      'In the client, write the document’s own URL into client_id, character by character, and serve it without a redirect.',
    source: documentDraft('4'),
    find: noted('document_client_id_mismatch'),
  },
  {
    id: 'document_not_json',
    title: 'The client’s document is not JSON',
    says: ({ compare }) =>
      `What lies at the client_id came as ${compare?.got ?? 'something else'}, and has to be a JSON object with a JSON content type.`,
    fix: () =>
      'In the client, serve the document as application/json, to programs as well: some hosts answer them with a page.',
    source: documentDraft('4'),
    find: noted('document_not_json'),
  },
  {
    id: 'document_unreachable',
    title: 'The client’s document can’t be fetched',
    says: ({ compare }) =>
      `The authorization server asked for the document at the client_id and got ${compare?.got ?? 'no answer'}.`,
    fix: () =>
      'In the client, answer the URL with status 200 and the document itself, within two seconds and without a redirect. A failed document is asked for again after a minute.',
    source: documentDraft('4'),
    find: noted('document_unreachable'),
  },
  {
    id: 'document_invalid',
    title: 'The client’s document lacks what is needed',
    says: (evidence) =>
      `The document at the client_id can’t be used${got(evidence) ? `: ${got(evidence)}` : ''}.`,
    fix: () =>
      'In the client, give the document client_id, client_name and redirect_uris, and no secret: everybody can read it.',
    source: thread('Altinity/altinity-mcp', 118),
    find: anyOf(noted('document_invalid')),
  },
]
