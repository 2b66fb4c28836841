import { timingSafeEqual } from 'node:crypto'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import type { AppSecrets } from '../provider/secrets.ts'

/**
 * The resource server authenticates with what it derives from its APP_SECRET. While that is being replaced, one process
 * after the other, those that still have the old one are heard as if they had the new one.
 *
 * @returns the `Authorization` header to go on with
 */
export function withCurrentSecret(
  [current, ...former]: AppSecrets,
  authorization: string | undefined,
): string | undefined {
  if (authorization === undefined) return undefined
  const isFormer = former.some((appSecret) => isEqual(authorization, basicOf(appSecret)))
  return isFormer ? basicOf(current) : authorization
}

function basicOf(appSecret: string): string {
  const { clientId, clientSecret } = introspectionCredentials(appSecret)
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
