import type { Story } from '../../story.ts'
import {
  type DifferingPart,
  difference,
  differingPart,
  isSameButPort,
  nearest,
} from '../difference.ts'
import { anyOf, at, type Find, noted, refused } from '../evidence.ts'
import { authorizationRequest, member, parametersOf, registered, texts } from '../messages.ts'
import { rfc, thread } from '../sources.ts'
import { standingRefusals } from '../standing.ts'
import type { Cause, Evidence } from '../verdict.ts'

/** The requested and the nearest registered address, where the story itself holds both. */
const unlikeRegistered: Find = (story) => {
  const refusal = standingRefusals(story).findLast(({ step }) => step === 'authorize')
  const got = authorizationRequest(story)?.get('redirect_uri')
  const known = texts(member(registered(story), 'redirect_uris'))
  if (!refusal || !got || known.length === 0 || known.includes(got)) return undefined
  const expected = nearest(got, known)!
  return isSameButPort(got, expected) ? undefined : at(refusal, { compare: { got, expected } })
}

const mismatch = anyOf(noted('redirect_uri_mismatch'), unlikeRegistered)

/** A mismatch in this part, at the authorization endpoint. */
function differsIn(...parts: readonly DifferingPart[]): Find {
  return (story: Story) => {
    const evidence = mismatch(story)
    const { compare } = evidence ?? {}
    if (!compare || evidence?.step === 'token') return undefined
    return parts.includes(differingPart(compare.got, compare.expected)) ? evidence : undefined
  }
}

const says = ({ compare }: Evidence) =>
  compare
    ? `The client asked to have the person sent to ${compare.got}, and registered is ${compare.expected}.${difference(compare)} The two have to be the same, character by character, so the person was kept here.`
    : 'The client asked to have the person sent to an address that is not quite the registered one. The two have to be the same, character by character, so the person was kept here.'

const source = rfc(6749, '3.1.2.4')

/** A redirect_uri that is not the registered one, by the part that differs. */
export const redirectCauses: readonly Cause[] = [
  {
    id: 'redirect_uri_loopback',
    title: 'redirect_uri does not match: localhost and 127.0.0.1',
    says,
    fix: () =>
      'In the client, use one name of this machine in the registration and in the request, and don’t resolve it in between. Only the port of a loopback address may vary.',
    source: rfc(8252, '7.3'),
    find: differsIn('loopback'),
  },
  {
    id: 'redirect_uri_port',
    title: 'redirect_uri does not match: the port',
    says,
    fix: () =>
      'In the client, register the address as a native app (application_type native, http on 127.0.0.1 or localhost), then any port will do; or listen on the registered port.',
    source: thread('microsoft/vscode', 278512),
    find: differsIn('port'),
  },
  {
    id: 'redirect_uri_scheme',
    title: 'redirect_uri does not match: the scheme',
    says,
    fix: () =>
      'In the client, send the registered scheme. Whoever runs it behind a proxy that ends TLS tells it its public https address.',
    source,
    find: differsIn('scheme'),
  },
  {
    id: 'redirect_uri_slash',
    title: 'redirect_uri does not match: a trailing slash',
    says,
    fix: () => 'In the client, send the address as it was registered, with or without the slash.',
    source: rfc(3986, '6.2.1'),
    find: differsIn('slash'),
  },
  {
    id: 'redirect_uri_path',
    title: 'redirect_uri does not match: the path',
    says,
    fix: () =>
      'In the client, send the registered path, or register the new one. An administrator can add it in the console.',
    source,
    find: differsIn('path', 'query', 'fragment', 'spelling'),
  },
  {
    id: 'redirect_uri_not_registered',
    title: 'redirect_uri is not registered',
    says: ({ compare }) =>
      `The client asked to have the person sent to ${compare?.got ?? 'an address'}, where nothing is registered for it. The nearest registered address is ${compare?.expected ?? 'elsewhere'}. If nobody set this up, somebody may be after the code.`,
    fix: () =>
      'An administrator adds the address to the client in the console, if it is the client’s own. In the client, send a registered one.',
    source,
    find: differsIn('host', 'whole'),
  },
  {
    id: 'redirect_uri_missing',
    title: 'redirect_uri is missing',
    says: () =>
      'The authorization request does not say where to send the person back to, and the client has several addresses.',
    fix: () => 'In the client, send redirect_uri with every authorization request.',
    source,
    find: anyOf(
      noted('redirect_uri_missing'),
      refused((exchange) => {
        const parameters = parametersOf(exchange)
        return parameters.has('response_type') && !parameters.get('redirect_uri')
      }, 'authorize'),
    ),
  },
]
