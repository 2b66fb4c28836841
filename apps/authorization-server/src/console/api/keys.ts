import type Router from '@koa/router'
import type { ServerContext } from '../../context.ts'
import { listSigningKeys } from '../../provider/signing-keys.ts'
import { apiActor } from '../actor.ts'
import { keyStates, type SigningKeyWithState } from '../keys/key-states.ts'
import { rotateKeys } from '../keys/rotation.ts'
import { epochSeconds } from './answers.ts'

/** `GET /keys`, `POST /keys/rotate`: every published key; a new one signs once caches of the JWKS have expired. */
export function serveKeys(router: Router, context: ServerContext): void {
  router.get('/keys', async (ctx) => {
    ctx.body = describeKeys(keyStates(await listSigningKeys(context)))
  })
  router.post('/keys/rotate', async (ctx) => {
    const keys = await rotateKeys(context, apiActor(ctx))
    ctx.status = 201
    ctx.body = describeKeys(keyStates(keys))
  })
}

function describeKeys(keys: readonly SigningKeyWithState[]) {
  return { items: keys.map(describeKey), next_cursor: null }
}

function describeKey(key: SigningKeyWithState) {
  return {
    kid: key.kid,
    alg: key.algorithm,
    state: key.state,
    public_jwk: { ...key.publicJwk, kid: key.kid, alg: key.algorithm, use: 'sig' },
    created_at: epochSeconds(key.createdAt),
    active_from: epochSeconds(key.activeFrom),
    retires_at: epochSeconds(key.retiresAt),
  }
}
