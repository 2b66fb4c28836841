import type { Context } from 'koa'
import { signedIn } from '../web/signed-in.ts'

/** Who changes something, for the audit log. */
export interface Actor {
  /** A person's id, or `admin_api`. */
  readonly by: string
  readonly correlationId: string | undefined
  readonly address: string
}

/** The holder of ADMIN_TOKEN. */
export function apiActor(ctx: Context): Actor {
  return { by: 'admin_api', ...origin(ctx) }
}

/** The administrator who is signed in to the console. */
export function administrator(ctx: Context): Actor {
  return { by: signedIn(ctx).person.id, ...origin(ctx) }
}

function origin(ctx: Context) {
  return { correlationId: ctx.state.correlationId as string | undefined, address: ctx.ip }
}
