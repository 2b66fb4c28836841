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
  cookiesOf(provider, ctx).set(provider.cookieName('session'), session.jti, {
    ...sessionCookie,
    expires: new Date(now().getTime() + sessionTtlSeconds * 1000),
  })
}

/** Signs this browser out. What the person allowed to apps stays. */
export async function endSession(provider: Provider, ctx: Context): Promise<void> {
  const session = await provider.Session.get(ctx)
  if (session.accountId) await session.destroy()
  cookiesOf(provider, ctx).set(provider.cookieName('session'), null, sessionCookie)
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

/** Cookies as the provider reads and signs them; set on the answer that is under way. */
function cookiesOf(provider: Provider, ctx: Context) {
  const { cookies } = provider.createContext(ctx.req, ctx.res)
  cookies.secure = ctx.secure
  return cookies
}
