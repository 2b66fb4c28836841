import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { rotateSigningKeys } from '../../provider/signing-key-rotation.ts'
import type { SigningKey } from '../../provider/signing-key-rows.ts'
import type { Actor } from '../actor.ts'

/** Publishes new signing keys and says in the audit log who asked for it. */
export async function rotateKeys(
  context: ServerContext,
  { by, correlationId, address }: Actor,
): Promise<SigningKey[]> {
  const keys = await rotateSigningKeys(context)
  const type = 'signing_keys.rotated'
  await recordAudit(context.database, { type, correlationId, address, detail: { by } })
  return keys
}
