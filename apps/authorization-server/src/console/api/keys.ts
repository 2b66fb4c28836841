import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { signingAlgorithms } from '../../provider/signing-key-rows.ts'
import { listSigningKeys } from '../../provider/signing-keys.ts'
import { apiActor } from '../actor.ts'
import { keyStateNames, keyStates, type SigningKeyWithState } from '../keys/key-states.ts'
import { rotateKeys } from '../keys/rotation.ts'
import { epochSeconds, epochSecondsSchema, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'

const keySchema = z
  .object({
    kid: z.string(),
    alg: z.enum(signingAlgorithms),
    state: z.enum(keyStateNames),
    public_jwk: z.looseObject({ kty: z.string(), kid: z.string() }),
    created_at: epochSecondsSchema,
    active_from: epochSecondsSchema,
    retires_at: epochSecondsSchema.nullable(),
  })
  .meta({ id: 'SigningKey' })

/** Every published key; a new one signs once caches of the JWKS have expired. */
export function keyOperations(context: ServerContext): Operation[] {
  const tag = 'Keys'
  return [
    operation({
      id: 'listKeys',
      method: 'get',
      path: '/keys',
      tag,
      summary: 'Every published signing key, in order of use',
      answer: listSchema(keySchema),
      run: async () => describeKeys(keyStates(await listSigningKeys(context))),
    }),
    operation({
      id: 'rotateKeys',
      method: 'post',
      path: '/keys/rotate',
      tag,
      summary: 'Publish new signing keys, which sign once caches have seen them',
      status: 201,
      answer: listSchema(keySchema),
      run: async ({ ctx }) => describeKeys(keyStates(await rotateKeys(context, apiActor(ctx)))),
    }),
  ]
}

function describeKeys(keys: readonly SigningKeyWithState[]) {
  return { items: keys.map(describeKey), next_cursor: null }
}

function describeKey(key: SigningKeyWithState): z.output<typeof keySchema> {
  const { kid, algorithm: alg, publicJwk } = key
  return {
    kid,
    alg,
    state: key.state,
    public_jwk: { ...publicJwk, kty: publicJwk.kty!, kid, alg, use: 'sig' },
    created_at: epochSeconds(key.createdAt),
    active_from: epochSeconds(key.activeFrom),
    retires_at: epochSeconds(key.retiresAt),
  }
}
