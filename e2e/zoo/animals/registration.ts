import { rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { at, changed, html, instead, json, members } from '../distortions.ts'

const documents = at(['authorization_server_metadata', 'openid_configuration'])
const register = at('register', 'POST')

/** Servers at which no client becomes known. */
export const unwelcoming: readonly Animal[] = [
  {
    id: 'registration-not-there',
    title: 'The registration endpoint of the metadata answers 404',
    source: rfc(7591, '3'),
    defect: { distortion: instead(register, json(404, { error: 'not_found' })) },
    named: 'registration_endpoint_missing',
  },
  {
    id: 'registration-answers-html',
    title: 'A framework’s error page comes from the registration endpoint',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { preset: 'registration-answers-html-500' },
    named: 'registration_broken',
  },
  {
    id: 'registration-dropped',
    title: 'A firewall cuts the connection to the registration endpoint',
    source: thread('anthropics/claude-ai-mcp', 913),
    defect: { preset: 'registration-connection-dropped' },
    named: 'registration_unreachable',
  },
  {
    id: 'registration-on-unknown-host',
    title: 'The registration endpoint is at a host that does not exist',
    source: rfc(8414, '2'),
    defect: { preset: 'registration-on-another-host' },
    named: 'registration_unreachable',
  },
  {
    id: 'registration-redirects',
    title: 'The registration endpoint redirects to a login page',
    source: rfc(9110, '15.4'),
    defect: {
      distortion: instead(register, { status: 302, headers: { location: '/login' }, body: '' }),
    },
    named: 'registration_redirects',
  },
  {
    id: 'registration-wants-form',
    title: 'The registration endpoint takes forms alone',
    source: rfc(7591, '3.1'),
    defect: {
      distortion: instead(register, json(415, { error: 'unsupported_media_type' })),
    },
    named: 'registration_refuses_json',
  },
  {
    id: 'registration-forbidden',
    title: 'Registration is announced and refused to everybody',
    source: rfc(7591, '3'),
    defect: {
      distortion: (passing, pass) =>
        documents(passing)
          ? members(documents, () => ({ client_id_metadata_document_supported: false }))(
              passing,
              pass,
            )
          : instead(register, json(403, { error: 'access_denied' }))(passing, pass),
    },
    named: 'registration_forbidden',
  },
  {
    id: 'registration-takes-script',
    title: 'A javascript: URI is registered as a redirect',
    source: rfc(7591, '5'),
    defect: {
      distortion: changed(register, (reply, { body }) =>
        body.includes('javascript:') ? json(201, { client_id: 'c1', ...JSON.parse(body) }) : reply,
      ),
    },
    named: 'registration_accepts_script_redirect',
  },
  {
    id: 'registration-not-announced',
    title: 'Registration exists, and the metadata does not say so',
    source: thread('zitadel/zitadel', 9810),
    defect: { preset: 'metadata-without-registration' },
    named: 'registration_endpoint_unlisted',
  },
  {
    id: 'authorization-endpoint-not-there',
    title: 'The authorization endpoint answers 404',
    source: rfc(6749, '3.1'),
    defect: { distortion: instead(at('authorize'), html(404, 'Not Found')) },
    named: 'authorization_endpoint_not_found',
  },
  {
    id: 'authorization-endpoint-fails',
    title: 'The authorization endpoint fails with 500',
    source: rfc(6749, '4.1.2.1'),
    defect: { distortion: instead(at('authorize'), html(500, 'Internal Server Error')) },
    named: 'authorization_endpoint_fails',
  },
  {
    id: 'open-redirect',
    title: 'The authorization endpoint sends unknown clients wherever they say',
    source: rfc(6749, '4.1.2.1'),
    defect: {
      distortion: instead(at('authorize', 'GET'), ({ url }) => {
        const to = new URL(url.searchParams.get('redirect_uri') ?? '/', url)
        to.searchParams.set('error', 'unauthorized_client')
        return { status: 302, headers: { location: to.href }, body: '' }
      }),
    },
    named: 'open_redirect',
  },
  {
    id: 'token-endpoint-is-a-page',
    title: 'The token endpoint answers with an HTML page',
    source: thread('anthropics/claude-ai-mcp', 134),
    defect: { distortion: instead(at('token'), html(500, 'Internal Server Error')) },
    named: 'token_endpoint_fails',
  },
  {
    id: 'token-endpoint-not-there',
    title: 'The token endpoint answers 404',
    source: rfc(6749, '3.2'),
    defect: { distortion: instead(at('token'), json(404, { message: 'no route' })) },
    named: 'token_endpoint_not_found',
  },
  {
    id: 'token-error-in-a-good-answer',
    title: 'The token endpoint refuses with 200',
    source: rfc(6749, '5.2'),
    defect: { distortion: changed(at('token'), (reply) => ({ ...reply, status: 200 })) },
    named: 'token_error_is_success',
  },
  {
    id: 'token-endpoint-wants-json',
    title: 'The token endpoint takes JSON alone',
    source: rfc(6749, '3.2'),
    defect: {
      distortion: instead(at('token'), json(415, { message: 'Expected application/json' })),
    },
    named: 'token_form_refused',
  },
]
