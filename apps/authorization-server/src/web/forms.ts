import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { holdsNul } from '../endpoints/nul.ts'
import { readBody } from '../endpoints/request-body.ts'
import { type Html, html } from './html.ts'

const maximumBytes = 64 * 1024

/** The part of a provider that forms need: its cookie keys and its address. */
type FormProvider = Pick<Provider, 'keys' | 'issuer'>

/**
 * The token of the forms on a page: an HMAC over what the page is bound to, under the key that signs cookies. Who
 * cannot read the page cannot post its form.
 *
 * @param boundTo what only this browser holds: an interaction's uid, a session's uid
 */
export function csrfToken(provider: FormProvider, boundTo: string): string {
  return signature(signingKeys(provider)[0]!, boundTo)
}

export function csrfField(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}">`
}

/**
 * Reads a form that one of our own pages posted; anything else is refused with 403, 413 or 415.
 *
 * @param boundTo as for `csrfToken`
 */
export async function receiveForm(
  ctx: Context,
  provider: FormProvider,
  boundTo: string,
): Promise<URLSearchParams> {
  if (!isSameOrigin(ctx, provider.issuer)) {
    ctx.throw(403, 'This form was sent from another site. Open the page again and repeat the step.')
  }
  const form = await readForm(ctx)
  const token = form.get('csrf') ?? ''
  const accepted = signingKeys(provider).some((key) => isEqual(token, signature(key, boundTo)))
  if (!accepted) {
    ctx.throw(403, 'This form is out of date. Open the page again and repeat the step.')
  }
  return form
}

/**
 * Whether a request comes from a page of ours. Browsers say so in `Sec-Fetch-Site`; older ones in `Origin`, which is
 * `null` under our referrer policy and then decides nothing: the form's token does.
 *
 * @param issuer `ISSUER_URL`
 */
export function isSameOrigin(ctx: Pick<Context, 'get'>, issuer: string): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  if (site) return site === 'same-origin'
  const origin = ctx.get('Origin')
  return origin === '' || origin === 'null' || origin === new URL(issuer).origin
}

/** Reads an urlencoded body of at most 64 KiB. */
async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (!ctx.is('application/x-www-form-urlencoded')) {
    ctx.throw(415, 'A form is expected.')
  }
  const body = await readBody(ctx.req, maximumBytes)
  if (!body) {
    ctx.set('Connection', 'close')
    return ctx.throw(413, 'The form is too large.')
  }
  const text = body.toString('utf8')
  if (holdsNul(text)) ctx.throw(400, 'A form cannot hold a NUL character.')
  return new URLSearchParams(text)
}

function signingKeys(provider: FormProvider): readonly string[] {
  if (!Array.isArray(provider.keys)) throw new Error('the provider has no list of cookie keys')
  return provider.keys
}

function signature(key: string, boundTo: string): string {
  return createHmac('sha256', key).update(`neonpanel form\0${boundTo}`).digest('base64url')
}

function isEqual(left: string, right: string): boolean {
  const a = Buffer.from(left)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}
