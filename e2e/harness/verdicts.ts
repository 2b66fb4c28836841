import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { expect, test, vi } from 'vitest'
import { adminApi } from './admin.ts'
import { type FlowJson, flowsOf } from './flows.ts'

/** The last answer of what went wrong, or nothing: then the latest flow is meant. */
type Provoked = { readonly headers: Headers } | undefined

/** Does by real requests what a cause is about. */
export type Provocation = () => Promise<Provoked | unknown>

/** The verdict of a flow, once everything about it is stored. */
export async function verdictOf(
  stack: Servers & { readonly adminToken: string },
  provoked: unknown,
  cause: string,
): Promise<NonNullable<FlowJson['verdict']>> {
  const flows = flowsOf(stack)
  const id = correlationIdOf(provoked)
  return vi.waitFor(
    async () => {
      const flow = id ? await flows.read(id) : await flows.latest()
      const reasons = flow.notes.slice(0, 5).map(({ reason }) => reason)
      expect(flow.verdict, reasons.join(' ')).toMatchObject({ cause })
      return flow.verdict!
    },
    { timeout: 3_000 },
  )
}

function correlationIdOf(provoked: unknown): string | undefined {
  const { headers } = (provoked ?? {}) as { headers?: unknown }
  return headers instanceof Headers ? (headers.get('x-correlation-id') ?? undefined) : undefined
}

/** One test for each cause: it is provoked on a stack that remembers nothing else, and read back. */
export function provokes(
  stack: Servers & { readonly adminToken: string },
  provocations: Readonly<Record<string, Provocation>>,
): void {
  for (const [cause, provoke] of Object.entries(provocations)) {
    test(`${cause} is read back from the flow in which it happens`, async () => {
      await adminApi(stack).post('/reset', {})
      const verdict = await verdictOf(stack, await provoke(), cause)
      for (const text of [verdict.title, verdict.says, verdict.fix, verdict.source]) {
        expect(text).toEqual(expect.any(String))
        expect(text).not.toMatch(/undefined|\[object|NaN/)
      }
    })
  }
}
