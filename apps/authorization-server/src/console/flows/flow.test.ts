import { describe, expect, test } from 'vitest'
import type { AuditEvent } from '../audit/audit-log.ts'
import { type Flow, flowsOf, stepStates } from './flow.ts'

const noon = Date.UTC(2026, 10, 22, 12)

/** An event so many seconds after noon. */
function event(
  seconds: number,
  type: string,
  about: Partial<AuditEvent> & { detail?: never } & Record<string, unknown> = {},
): AuditEvent {
  const {
    personId = null,
    clientId = 'app',
    grantId = null,
    correlationId = `c-${seconds}`,
    ...detail
  } = about
  return {
    id: `e-${seconds}`,
    at: new Date(noon + seconds * 1000),
    type,
    personId,
    clientId,
    grantId,
    correlationId,
    address: null,
    detail: JSON.stringify(detail),
  } as AuditEvent
}

const opened = [
  event(0, 'interaction.started', { flow: 'f', prompt: 'login' }),
  event(5, 'sign_in.succeeded', { flow: 'f', personId: 'prs' }),
  event(6, 'interaction.started', { flow: 'f', prompt: 'consent', personId: 'prs' }),
]
const granted = [
  ...opened,
  event(9, 'consent.granted', { flow: 'f', personId: 'prs', grantId: 'g' }),
  event(10, 'authorization.succeeded', { flow: 'f', personId: 'prs', grantId: 'g' }),
]
const soon = noon + 60_000
const only = (events: AuditEvent[], now = soon): Flow => {
  const flows = flowsOf(events, now)
  expect(flows).toHaveLength(1)
  return flows[0]!
}

describe('a flow', () => {
  test('is completed once tokens were issued for its grant', () => {
    const flow = only([
      ...granted,
      event(11, 'token.issued', { grantId: 'g', grantType: 'authorization_code' }),
    ])
    expect(flow).toMatchObject({
      id: 'f',
      status: 'completed',
      step: 'token',
      personId: 'prs',
      grantId: 'g',
    })
    expect(stepStates(flow)).toEqual({
      register: 'skipped',
      authorize: 'ok',
      sign_in: 'ok',
      consent: 'ok',
      code: 'ok',
      token: 'ok',
    })
  })

  test('is in progress while the person decides, and abandoned after ten minutes', () => {
    expect(only(opened)).toMatchObject({ status: 'in_progress', step: 'consent' })
    expect(only(opened, noon + 700_000)).toMatchObject({ status: 'abandoned', step: 'consent' })
    expect(stepStates(only(opened)).consent).toBe('live')
  })

  test('waits at sign in after a wrong password', () => {
    const flow = only([
      opened[0]!,
      event(3, 'sign_in.failed', { flow: 'f', reason: 'wrong_credentials' }),
    ])
    expect(flow).toMatchObject({ status: 'in_progress', step: 'sign_in' })
  })

  test('is denied by the person, whatever the protocol then calls it', () => {
    const flow = only([
      ...opened,
      event(9, 'consent.denied', { flow: 'f', denied: 'by the person' }),
      event(10, 'authorization.failed', { flow: 'f', error: 'access_denied' }),
    ])
    expect(flow).toMatchObject({
      status: 'denied',
      step: 'consent',
      reason: 'the person chose Deny',
    })
  })

  test('fails at the token when its code is refused, though the refusal names no grant', () => {
    const flow = only([
      ...granted,
      event(11, 'token.refused', { error: 'invalid_grant', description: 'why' }),
    ])
    expect(flow).toMatchObject({ id: 'f', status: 'failed', step: 'token', reason: 'why' })
    expect(stepStates(flow).token).toBe('failed')
  })

  test('is not blamed for a refusal of another client, nor when two wait', () => {
    const other = event(11, 'token.refused', { clientId: 'other', error: 'invalid_grant' })
    expect(flowsOf([...granted, other], soon).map(({ status }) => status)).toEqual([
      'failed',
      'in_progress',
    ])
    const second = event(10.5, 'authorization.succeeded', { flow: 'f2', grantId: 'g2' })
    const refused = event(11, 'token.refused', { error: 'invalid_grant' })
    expect(flowsOf([...granted, second, refused], soon)).toHaveLength(3)
  })

  test('of its own is a request that was refused before anything began', () => {
    const flow = only([
      event(0, 'authorization.failed', { error: 'invalid_request', description: 'no PKCE' }),
    ])
    expect(flow).toMatchObject({
      id: 'c-0',
      status: 'failed',
      step: 'authorize',
      reason: 'no PKCE',
    })
    expect(only([event(0, 'client.refused', { clientId: null })])).toMatchObject({
      step: 'register',
      clientId: undefined,
    })
  })

  test('is not made of refreshes, nor of signing in to our own pages', () => {
    const refused = event(0, 'token.refused', { grantType: 'refresh_token' })
    expect(flowsOf([refused, event(1, 'sign_in.succeeded')], soon)).toEqual([])
  })

  test('comes before those that began earlier', () => {
    const later = event(30, 'interaction.started', { flow: 'later', prompt: 'login' })
    expect(flowsOf([...opened, later], soon).map(({ id }) => id)).toEqual(['later', 'f'])
  })
})
