import type { Story, StoryExchange } from '../../story.ts'
import { difference } from '../difference.ts'
import { anyOf, at, compared, type Find, noted, refused, value } from '../evidence.ts'
import {
  challengeParameter,
  header,
  isMetadata,
  isPage,
  member,
  pathOf,
  resourceMetadata,
  rpcErrorCode,
  serverMetadata,
  text,
  texts,
} from '../messages.ts'
import { mcp, mcpDraft, rfc, thread } from '../sources.ts'
import { isChallenge } from '../standing.ts'
import type { Cause } from '../verdict.ts'

/** Only of attempts that came no further: a client that went on found its way. */
function untilDiscovery(find: Find): Find {
  return (story) =>
    story.step === 'discovery' && story.status !== 'completed' ? find(story) : undefined
}

const isAboutResource = (exchange: StoryExchange) =>
  pathOf(exchange).includes('oauth-protected-resource')

const isAboutServer = (exchange: StoryExchange) =>
  /oauth-authorization-server|openid-configuration/.test(pathOf(exchange))

/** Every request for a kind of metadata failed, and there was one. */
function allFailed({ exchanges }: Story, isIt: (exchange: StoryExchange) => boolean) {
  const asked = exchanges.filter((exchange) => isMetadata(exchange) && isIt(exchange))
  return asked.every(({ response }) => (response?.status ?? 500) >= 400) ? asked.at(-1) : undefined
}

/** The resource that the metadata names, where it is neither the URL that the client asked nor above it. */
const otherResource: Find = (story) => {
  const metadata = resourceMetadata(story)
  const got = text(member(metadata?.response?.body, 'resource'))
  const asked = story.exchanges.find((exchange) => isChallenge(exchange) && !isMetadata(exchange))
  const host = header(asked?.request.headers, 'host')
  const named = URL.parse(got ?? '')
  if (!metadata || !got || !named || !asked || !host) return undefined
  const expected = `${named.protocol}//${host}${pathOf(asked)}`
  const isAbove = got !== `${expected}/` && `${expected}/`.startsWith(got.replace(/\/?$/, '/'))
  return isAbove ? undefined : at(metadata, { compare: { got, expected } })
}

/** What a client finds, or does not find, before it asks anybody for anything. */
export const discoveryCauses: readonly Cause[] = [
  {
    id: 'metadata_not_json',
    title: 'The metadata is a web page',
    says: () =>
      'The client asked for metadata and got HTML with status 200, as single-page applications answer at every address. The client can’t go on.',
    fix: () =>
      'On the server, answer JSON at the well-known addresses, and 404 at those that do not exist.',
    source: thread('anthropics/claude-ai-mcp', 134),
    find: untilDiscovery(({ exchanges }) => {
      const page = exchanges.findLast(
        (exchange) => isMetadata(exchange) && exchange.response?.status === 200 && isPage(exchange),
      )
      return page && at(page)
    }),
  },
  {
    id: 'mcp_url_wrong',
    title: 'The MCP URL leads nowhere',
    says: (evidence) =>
      `The client posted to ${value(evidence, 'got') ?? 'an address'}, where this server has no MCP endpoint.`,
    fix: () =>
      'Whoever set the client up enters the MCP URL as the server prints it, path included.',
    source: mcp('transports#streamable-http'),
    find: refused(
      (exchange) =>
        exchange.server === 'resource-server' &&
        exchange.response?.status === 404 &&
        exchange.request.method === 'POST' &&
        rpcErrorCode(exchange) === undefined && { values: { got: pathOf(exchange) } },
    ),
  },
  {
    id: 'resource_metadata_mismatch',
    title: 'The metadata names another resource',
    says: ({ compare }) =>
      `The server’s metadata is about another resource than the URL that the client was given.${difference(compare)} A client has to stop then: somebody else’s metadata could send it anywhere.`,
    fix: () =>
      'On the server, set MCP_URL to the URL that clients use, character by character. Whoever set the client up may use the URL of the metadata instead.',
    source: rfc(9728, '3.3'),
    find: anyOf(noted('resource_metadata_mismatch'), untilDiscovery(otherResource)),
  },
  {
    id: 'issuer_mismatch',
    title: 'The authorization server calls itself something else',
    says: ({ compare }) =>
      `The metadata names another issuer than the one that the client looked for.${difference(compare)} A client has to stop then.`,
    fix: () =>
      'On the server, name one issuer everywhere: in ISSUER_URL, in authorization_servers of the MCP server, and in the iss of answers.',
    source: rfc(8414, '3.3'),
    find: anyOf(
      noted('issuer_mismatch'),
      untilDiscovery((story) => {
        const metadata = serverMetadata(story)
        const issuer = text(member(metadata?.response?.body, 'issuer'))
        const named = texts(
          member(resourceMetadata(story)?.response?.body, 'authorization_servers'),
        )
        if (!metadata || !issuer || named.length === 0 || named.includes(issuer)) return undefined
        return at(metadata, compared(issuer, named[0]))
      }),
    ),
  },
  {
    id: 'pkce_not_advertised',
    title: 'The metadata does not offer PKCE with S256',
    says: () =>
      'The authorization server’s metadata has no code_challenge_methods_supported with S256. MCP clients have to refuse such a server, also if it would do PKCE.',
    fix: () => 'On the server, list code_challenge_methods_supported: ["S256"] in the metadata.',
    source: mcp('authorization#authorization-code-protection'),
    find: untilDiscovery((story) => {
      const metadata = serverMetadata(story)
      const methods = texts(member(metadata?.response?.body, 'code_challenge_methods_supported'))
      return metadata && !methods.includes('S256') ? at(metadata) : undefined
    }),
  },
  {
    id: 'only_registration_scope',
    title: 'The metadata offers no scope that is of use',
    says: () =>
      'The only scope in the metadata is dcr.create, which is for registering clients. A client that asks for what is listed gets a token that opens no tool.',
    fix: () =>
      'On the server, list the scopes of the tools in scopes_supported, and leave dcr.create out.',
    source: thread('metabase/metabase', 82452),
    find: ({ exchanges, status }) => {
      if (status === 'completed') return undefined
      const metadata = exchanges.find(({ response }) => {
        const scopes = texts(member(response?.body, 'scopes_supported'))
        return scopes.length > 0 && scopes.every((scope) => scope === 'dcr.create')
      })
      return metadata && at(metadata)
    },
  },
  {
    id: 'registration_endpoint_elsewhere',
    title: 'The registration endpoint is on another host',
    says: ({ compare }) =>
      `The metadata sends clients to ${compare?.got ?? 'another host'} to register, although the issuer is ${compare?.expected ?? 'elsewhere'}. What is registered there is unknown here, and careful clients do not follow.`,
    fix: () => 'On the server, serve the registration endpoint under the issuer’s own host.',
    source: rfc(8414, '3.3'),
    find: (story) => {
      const metadata = serverMetadata(story)
      const body = metadata?.response?.body
      const endpoint = URL.parse(text(member(body, 'registration_endpoint')) ?? '')
      const issuer = URL.parse(text(member(body, 'issuer')) ?? '')
      const isFurther = story.step !== 'discovery' && story.step !== 'register'
      if (!metadata || !endpoint || !issuer || isFurther) return undefined
      return endpoint.host === issuer.host
        ? undefined
        : at(metadata, { compare: { got: endpoint.host, expected: issuer.host } })
    },
  },
  {
    id: 'registration_unavailable',
    title: 'The client can’t make itself known',
    says: () =>
      'The authorization server has neither a registration endpoint nor client metadata documents, and the client was given no client_id.',
    fix: () =>
      'An administrator registers the client and enters its client_id in the app, or switches registration on with REGISTRATION_MODE.',
    source: mcp('authorization#client-registration-approaches'),
    find: untilDiscovery((story) => {
      const metadata = serverMetadata(story)
      const body = metadata?.response?.body
      const hasWay =
        member(body, 'registration_endpoint') !== undefined ||
        member(body, 'client_id_metadata_document_supported') === true
      return metadata && !hasWay ? at(metadata) : undefined
    }),
  },
  {
    id: 'authorization_server_metadata_missing',
    title: 'There is no authorization server metadata',
    says: () =>
      'The client asked for the authorization server’s metadata at the well-known addresses, and got none.',
    fix: () =>
      'On the server, serve /.well-known/oauth-authorization-server; an issuer with a path puts the path behind it.',
    source: rfc(8414, '3.1'),
    find: untilDiscovery((story) => {
      const failed = allFailed(story, isAboutServer)
      return failed && at(failed)
    }),
  },
  {
    id: 'resource_metadata_missing',
    title: 'There is no resource metadata',
    says: () =>
      'The client asked for the MCP server’s metadata and got none, so it can’t know which authorization server to ask.',
    fix: () =>
      'On the server, serve /.well-known/oauth-protected-resource with the path of the MCP URL behind it, and name it in WWW-Authenticate.',
    source: thread('akutishevsky/nutrition-mcp', 51),
    find: untilDiscovery((story) => {
      const failed = allFailed(story, isAboutResource)
      return failed && at(failed)
    }),
  },
  {
    id: 'challenge_without_metadata',
    title: 'The challenge does not name the metadata',
    says: () =>
      'The 401 has no resource_metadata in WWW-Authenticate. Clients that do not guess the address stop here.',
    fix: () =>
      'On the server, answer 401 with WWW-Authenticate: Bearer resource_metadata="…", readable for browsers by Access-Control-Expose-Headers.',
    source: rfc(9728, '5.1'),
    find: untilDiscovery(({ exchanges }) => {
      const challenge = exchanges.findLast(isChallenge)
      const header_ = header(challenge?.response?.headers, 'www-authenticate')
      return challenge && !challengeParameter(header_, 'resource_metadata')
        ? at(challenge)
        : undefined
    }),
  },
  {
    id: 'stopped_after_challenge',
    title: 'The client did not follow the challenge',
    says: () =>
      'The server answered 401 and named its metadata. The client never asked for it: it knows no OAuth, or was set up without it.',
    fix: () =>
      'In the client, turn OAuth on for this server, or update it to a version with MCP authorization.',
    source: mcpDraft('authorization'),
    find: untilDiscovery((story) =>
      story.status === 'abandoned' && !story.exchanges.some(isMetadata) ? lastOf(story) : undefined,
    ),
  },
  {
    id: 'stopped_after_discovery',
    title: 'The client stopped after reading the metadata',
    says: () =>
      'The client read the metadata and sent nothing more to either server. It decided by itself; its own log knows why.',
    fix: () =>
      'In the client, look for what it misses: a client_id, a way to register, or PKCE. Whoever reports it to the vendor adds this flow, which shows that no request came.',
    source: thread('anthropics/claude-ai-mcp', 913),
    find: untilDiscovery((story) => (story.status === 'abandoned' ? lastOf(story) : undefined)),
  },
]

function lastOf({ exchanges }: Story) {
  const last = exchanges.at(-1)
  return last && at(last)
}
