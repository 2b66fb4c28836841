import type { Context } from 'koa'
import { type Html, html } from '../web/html.ts'
import { icon } from '../web/icons.ts'

/** What the pages say after a form was done, by the name that the redirect carries. */
const notices = {
  'client-registered': 'Client registered',
  'client-reviewed': 'Client reviewed: people see it as verified',
  'review-withdrawn': 'Review withdrawn',
  'client-suspended': 'Client suspended: its grants have ended',
  'client-reinstated': 'Client works again',
  'client-changed': 'Client changed',
  'client-deleted': 'Client deleted: its grants have ended',
  'grant-revoked': 'Grant revoked',
  'token-revoked': 'Token revoked',
  'grants-revoked': 'Every grant of the client has ended',
  'person-signed-out': 'Signed out everywhere',
  'person-suspended': 'Person suspended: their sessions and grants have ended',
  'person-reinstated': 'Person can sign in again',
  'roles-changed': 'Roles changed',
  'keys-rotated': 'New keys published',
  'fault-on': 'Fault is on',
  'fault-off': 'Fault is off',
  'faults-off': 'All faults are off',
} as const

export type Notice = keyof typeof notices

/** The notice that this page was opened with, if any. */
export function noticeOf(ctx: Context): Html | undefined {
  const name = String(ctx.query.notice ?? '')
  if (!Object.hasOwn(notices, name)) return undefined
  return alert('ok', notices[name as Notice])
}

/** One sentence at the top of a page. */
export function alert(tone: 'ok' | 'warn' | 'danger' | 'accent', text: string | Html): Html {
  const role = tone === 'danger' ? 'alert' : 'status'
  const shape = { ok: 'check', warn: 'alert', danger: 'alert', accent: 'info' } as const
  return html`<div class="alert" data-tone="${tone}" role="${role}">${icon(shape[tone])}<p>${text}</p></div>`
}
