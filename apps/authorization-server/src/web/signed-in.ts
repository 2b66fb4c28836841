import type { Context, Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { ServerContext } from '../context.ts'
import { findPerson, type Person } from '../people/directory.ts'
import { errorPage } from './error-page.ts'
import { csrfToken } from './forms.ts'
import { sendPage, type Viewer } from './layout.ts'

type Session = InstanceType<Provider['Session']>

/** Who uses `/account` or `/console`, by the same session that serves authorization. */
export interface SignedIn {
  readonly person: Person
  readonly session: Session
  /** What the forms of the page are bound to, for `receiveForm`. */
  readonly boundTo: string
  /** What the page's shell shows. */
  readonly viewer: Viewer
}

/** The person whose session this browser holds; nobody when it has none, or when they are suspended. */
export async function findSignedIn(
  { provider, database }: Pick<ServerContext, 'provider' | 'database'>,
  ctx: Context,
): Promise<SignedIn | undefined> {
  const session = await provider.Session.get(ctx)
  if (!session.accountId) return undefined
  const person = await findPerson(database, session.accountId)
  if (!person || person.suspendedAt) return undefined
  const viewer = { name: person.name, csrf: csrfToken(provider, session.uid) }
  return { person, session, boundTo: session.uid, viewer }
}

/** Lets signed-in people through and sends everybody else to sign in and back. */
export function requireSignedIn(context: ServerContext): Middleware {
  return async function requireSignedIn(ctx, next) {
    const found = await findSignedIn(context, ctx)
    if (!found) return redirectToSignIn(ctx)
    ctx.state.signedIn = found
    await next()
  }
}

/** Lets administrators through; a signed-in person without that right is told so with 403. */
export function requireAdministrator(context: ServerContext): Middleware {
  return async function requireAdministrator(ctx, next) {
    const found = await findSignedIn(context, ctx)
    if (!found) return redirectToSignIn(ctx)
    if (!found.person.administrator) return refuse(context, ctx, found.person)
    ctx.state.signedIn = found
    await next()
  }
}

/** The person that `requireSignedIn` or `requireAdministrator` let through. */
export function signedIn(ctx: Context): SignedIn {
  const found: SignedIn | undefined = ctx.state.signedIn
  if (!found) throw new Error(`${ctx.path} is not behind a signed-in guard`)
  return found
}

/** A form that was posted after the session ended is not repeated: the person comes back to the section. */
function redirectToSignIn(ctx: Context): void {
  const section = `/${ctx.path.split('/')[1]}`
  const returnTo = ctx.method === 'GET' ? ctx.url : section
  ctx.status = 303
  ctx.set('Cache-Control', 'no-store')
  ctx.redirect(`/sign-in?return_to=${encodeURIComponent(returnTo)}`)
}

function refuse({ config }: ServerContext, ctx: Context, person: Person): void {
  const page = errorPage({
    issuer: config.issuer,
    badge: 'Not allowed',
    title: 'The console is for administrators',
    explanation: `You are signed in as ${person.email}, who is not an administrator. Another administrator can change this.`,
    action: { label: 'Go to your account', href: '/account' },
    correlationId: ctx.state.correlationId,
  })
  sendPage(ctx, page, 403)
}
