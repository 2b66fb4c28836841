import { now } from '@neonpanel/process/clock'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'

/** How long a browser stays signed in without being used: 14 days. */
export const sessionTtlSeconds = 14 * 86_400

/** The session cookie; the provider writes it with the same attributes. */
export const sessionCookie = {
  httpOnly: true,
  sameSite: 'lax',
  signed: true,
  overwrite: true,
  path: '/',
} as const

/**
 * Signs a person in without any app: the session is the provider's own, so that `/account`, `/console` and the next
 * authorization request share it. The identifier changes with every sign-in; another person's session ends.
 */
export async function startSession(
  provider: Provider,
  ctx: Context,
  personId: string,
): Promise<void> {
  const session = await freshSession(provider, ctx, personId)
  const loginTs = Math.floor(now().getTime() / 1000)
  session.loginAccount({ accountId: personId, loginTs, amr: ['pwd'] })
  await session.save(sessionTtlSeconds)
  setSessionCookie(provider, ctx, session.jti, sessionTtlSeconds)
}

/** Signs this browser out. What the person allowed to apps stays. */
export async function endSession(provider: Provider, ctx: Context): Promise<void> {
  const session = await provider.Session.get(ctx)
  if (session.accountId) await session.destroy()
  setSessionCookie(provider, ctx, null, 0)
}

async function freshSession(provider: Provider, ctx: Context, personId: string) {
  const session = await provider.Session.get(ctx)
  if (session.accountId && session.accountId !== personId) {
    await session.destroy()
    return new provider.Session()
  }
  session.resetIdentifier()
  return session
}

/** Written as the provider reads and signs it, on the answer that is under way. */
function setSessionCookie(
  provider: Provider,
  ctx: Context,
  value: string | null,
  ttlSeconds: number,
): void {
  const { cookies } = provider.createContext(ctx.req, ctx.res)
  const secure = provider.issuer.startsWith('https:')
  cookies.secure = secure || ctx.secure
  cookies.set(provider.cookieName('session'), value, {
    ...sessionCookie,
    secure,
    ...(value !== null && { expires: new Date(now().getTime() + ttlSeconds * 1000) }),
  })
}
