import type { PresetDefinition } from './preset.ts'

const where = { endpoint: 'register', method: 'POST' } as const

/** What goes wrong when a client registers, or is known by its metadata document. */
export const registrationPresets = {
  'registration-answers-html-500': {
    title: 'Registration answers an HTML 500',
    story:
      'A framework’s error page came back from the registration endpoint, and clients showed “Unexpected token <”.',
    goodClient: 'says that registration failed with 500, not that JSON is broken.',
    sources: ['incident of this stack', 'anthropics/claude-ai-mcp#134'],
    where,
    what: { html: true, status: 500 },
  },
  'registration-connection-dropped': {
    title: 'Registration never arrives',
    story:
      'A firewall cut the connection: the client said that registration failed, the server’s log was empty.',
    goodClient: 'says that nothing answered.',
    sources: ['anthropics/claude-ai-mcp#913'],
    where,
    what: { drop_connection: true },
  },
  'registration-wants-token': {
    title: 'Registration wants an initial access token',
    story:
      'Registration was for holders of an initial access token, and no client has a place to put one.',
    goodClient: 'asks for an initial access token or a client id.',
    sources: ['modelcontextprotocol/typescript-sdk#772', 'cloudflare/workers-oauth-provider#33'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_token',
        error_description: 'An initial access token is required.',
      },
    },
  },
  'registration-limit-reached': {
    title: 'Registration limit reached',
    story:
      'A client registered anew on every connect until the cap on clients had become a cap on people.',
    goodClient: 'keeps the client id that it was given.',
    sources: ['samanhappy/mcphub#1174', 'intrafind/ihub-apps#2358', 'brendanlong/lion-reader#975'],
    where,
    what: { rate_limited: { retry_after_seconds: 3600 } },
  },
  'registration-refuses-app-scheme': {
    title: 'Registration refuses app schemes',
    story:
      'application_type web and a cursor:// redirect do not go together; the person saw “Error”.',
    goodClient: 'registers as native.',
    sources: ['better-auth/better-auth#10946', 'laravel/mcp#173'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_redirect_uri',
        error_description: 'redirect_uris must only contain web uris',
      },
    },
  },
  'registration-demands-https': {
    title: 'Registration demands https for loopback',
    story: 'http://127.0.0.1 was refused as insecure, where nothing but this machine can listen.',
    goodClient: 'says which redirect URI was refused.',
    sources: ['contextstream/mcp-server#57'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_redirect_uri',
        error_description: 'redirect_uris must use https',
      },
    },
  },
  'metadata-document-client-refused': {
    title: 'Client of a metadata document refused',
    story:
      'A client known by its metadata document, with private_key_jwt, was an “unknown OAuth client” at the token endpoint.',
    goodClient: 'says that it was not recognised, and can register instead.',
    sources: ['Altinity/altinity-mcp#118'],
    where: { endpoint: 'token' },
    what: {
      oauth_error: { error: 'invalid_client', error_description: 'unknown OAuth client' },
    },
  },
  'assertion-audience-refused': {
    title: 'Assertion audience refused',
    story:
      'The audience of a client assertion was compared with a URL that nobody uses: https://host//token.',
    goodClient: 'sends the issuer as the audience.',
    sources: ['taylorwilsdon/google_workspace_mcp#1015'],
    where: { endpoint: 'token' },
    what: {
      oauth_error: {
        error: 'invalid_client',
        error_description: 'client assertion has the wrong audience',
      },
    },
  },
  'client-forgotten': {
    title: 'Client forgotten',
    story: 'The server pruned a registered client, which went on with its dead client id for ever.',
    goodClient: 'registers again after invalid_client.',
    sources: [
      'anthropics/claude-code#84614',
      'supabase/mcp#355',
      'cloudflare/workers-oauth-provider#201',
      'PrefectHQ/fastmcp#1762',
    ],
    where: {},
    what: { as_if: 'client_unknown' },
  },
} satisfies Record<string, PresetDefinition>
