import type { PresetDefinition } from './preset.ts'

const where = { endpoint: 'authorize' } as const

/** What goes wrong at the authorization endpoint and on the way back to the client. */
export const authorizationPresets = {
  'redirect-port-refused': {
    title: 'Another loopback port refused',
    story:
      'The registered port was taken, the client listened on the next one, and the server compared ports.',
    goodClient: 'says that the server refused its redirect URI.',
    sources: ['microsoft/vscode#278512', 'atlassian/atlassian-mcp-server#246'],
    where: { path: '/oauth2/authorize' },
    what: { html: '<h1>Invalid redirect URI</h1>', status: 400 },
  },
  'scope-ceiling': {
    title: 'Scope above what was registered',
    story:
      'The scope of the registration was a ceiling: everything that the challenge asked for was invalid_scope.',
    goodClient: 'asks for less, or registers again with more.',
    sources: ['metabase/metabase#82452', 'metabase/metabase#79413'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_scope',
        error_description: 'requested scope is not allowed',
      },
    },
  },
  'answer-issuer-wrong': {
    title: 'Wrong iss in the answer',
    story:
      'The answer came back with an iss that differed from the metadata; the client’s callback answered 400.',
    goodClient: 'refuses the code (RFC 9207) and says both issuers.',
    sources: ['getsentry/sentry-mcp#1271', 'openai/codex#38944'],
    where,
    what: { authorization_response: { set: { iss: 'https://login.invalid' } } },
  },
  'answer-without-issuer': {
    title: 'No iss in the answer',
    story: 'The metadata promised iss, the answer had none.',
    goodClient: 'refuses the code (RFC 9207 section 2.4).',
    sources: ['open-metadata/OpenMetadata#30673'],
    where,
    what: { authorization_response: { remove: ['iss'] } },
  },
  'answer-state-lost': {
    title: 'State lost',
    story: 'A proxy rewrote the query on the way back, and state was gone.',
    goodClient: 'refuses the code.',
    sources: ['getsentry/junior#838'],
    where,
    what: { authorization_response: { remove: ['state'] } },
  },
  'person-denied': {
    title: 'Denied',
    story: 'The person said no, as far as the client can tell.',
    goodClient: 'says so, and does not ask again by itself.',
    sources: ['getsentry/junior#838'],
    where,
    what: {
      oauth_error: { error: 'access_denied', error_description: 'The person denied access.' },
    },
  },
} satisfies Record<string, PresetDefinition>
