import { claudeAuthentication, rfc, thread } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { changed, grant, instead, json, members } from '../distortions.ts'
import type { Distortion } from '../gate.ts'
import { mcp } from '../sources.ts'
import { bearerOf } from '../trusting.ts'

const refresh = grant('refresh_token')

/** Tokens that came by renewal are refused. */
function refusesRenewed(): Distortion {
  const renewed = new Set<string>()
  return async (passing, pass) => {
    const token = bearerOf(passing)
    if (passing.endpoint === 'mcp' && token && renewed.has(token)) {
      return json(
        401,
        { error: 'invalid_token' },
        { 'www-authenticate': 'Bearer error="invalid_token"' },
      )
    }
    const reply = await pass()
    if (refresh(passing) && reply.status === 200) renewed.add(JSON.parse(reply.body).access_token)
    return reply
  }
}

/** Servers at which a login does not last. */
export const forgetful: readonly Animal[] = [
  {
    id: 'refresh-fails',
    title: 'Renewing fails with 500',
    source: rfc(6749, '5.2'),
    defect: { distortion: instead(refresh, json(500, { error: 'server_error' })) },
    named: 'refresh_refused',
  },
  {
    id: 'refresh-refused',
    title: 'A refresh token is refused as soon as it is used',
    source: rfc(6749, '6'),
    defect: { distortion: instead(refresh, json(400, { error: 'invalid_grant' })) },
    named: 'refresh_refused',
  },
  {
    id: 'refresh-without-access-token',
    title: 'The answer to a renewal has no access token',
    source: rfc(6749, '5.1'),
    defect: { distortion: members(refresh, () => ({ access_token: undefined })) },
    named: 'refresh_answer_incomplete',
  },
  {
    id: 'refreshed-token-refused',
    title: 'Renewed tokens are refused',
    source: rfc(6749, '6'),
    defect: { distortion: refusesRenewed() },
    named: 'refreshed_token_refused',
  },
  {
    id: 'refresh-loses-scope',
    title: 'A renewed token has less scope',
    source: rfc(6749, '6'),
    defect: {
      fault: {
        where: { endpoint: 'token', grant_type: 'refresh_token' },
        what: {
          issued_token: { claims: { scope: 'read:companies' } },
          json: { set: { scope: 'read:companies' } },
        },
      },
    },
    named: 'refresh_scope_lost',
  },
  {
    id: 'refresh-refuses-resource',
    title: 'A renewal that names the resource is refused',
    source: thread('objectstack-ai/objectstack', 16530),
    defect: {
      distortion: instead(
        (passing) => refresh(passing) && new URLSearchParams(passing.body).has('resource'),
        json(400, { error: 'invalid_target' }),
      ),
    },
    named: 'refresh_resource_refused',
  },
  {
    id: 'refresh-token-not-rotated',
    title: 'The refresh token of a public client stays the same',
    source: mcp('2025-11-25', 'basic/authorization#token-theft'),
    defect: {
      distortion: members(refresh, (_, { body }) => ({
        refresh_token: new URLSearchParams(body).get('refresh_token'),
      })),
    },
    named: 'refresh_token_not_rotated',
  },
  {
    id: 'dead-refresh-token-answered-401',
    title: 'A dead refresh token is answered 401 invalid_token, so clients keep it',
    source: claudeAuthentication,
    defect: {
      distortion: changed(refresh, (reply) =>
        reply.status === 400 ? json(401, { error: 'invalid_token' }) : reply,
      ),
    },
    named: 'refresh_error_wrong',
  },
  {
    id: 'dead-refresh-token-fails',
    title: 'A dead refresh token fails with 500',
    source: claudeAuthentication,
    defect: {
      distortion: changed(refresh, (reply) =>
        reply.status === 400 ? json(500, { error: 'Cannot read properties of null' }) : reply,
      ),
    },
    named: 'refresh_error_wrong',
  },
  {
    id: 'made-up-refresh-token-accepted',
    title: 'Any refresh token is good',
    source: thread('navikt/mock-oauth2-server', 826),
    defect: {
      distortion: changed(refresh, (reply) =>
        reply.status === 400
          ? json(200, { access_token: 'made-up', token_type: 'Bearer', expires_in: 3600 })
          : reply,
      ),
    },
    named: 'bogus_refresh_token_accepted',
  },
]
