import type { ServerEvent } from '@modelcontextprotocol/server'
import { createLog } from '@neonpanel/process/log'
import { describe, expect, it, vi } from 'vitest'
import type { AccessToken } from '../access-token.ts'
import { createChanges } from './changes.ts'
import { followChanges } from './follow-changes.ts'

const log = createLog({ level: 'silent', format: 'json' })

const tokenFor = (...companies: string[]): AccessToken => ({
  personId: 'person',
  clientId: 'client',
  scopes: new Set(),
  companies,
  expiresAt: new Date(),
  boundTo: undefined,
})

/** Follows two resources, with a token of which more or less is left. */
function follow(judgements: (AccessToken | undefined)[]) {
  const changes = createChanges()
  const told: string[] = []
  const judgeAgain = vi.fn(async () => judgements.shift())
  const caller = { accessToken: tokenFor('a', 'b'), correlationId: 'c', log, judgeAgain }
  const tell = (event: ServerEvent) => told.push((event as { uri: string }).uri)
  const stop = followChanges(changes, { caller, uris: ['a', 'b'], tell })
  const change = (company: string) =>
    changes.publish({
      eventsFor: ({ companies }, uris) =>
        uris
          .filter((uri) => uri === company && companies.includes(company))
          .map((uri) => ({ kind: 'resource_updated', uri })),
    })
  return { told, judgeAgain, stop, change }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('following changes', () => {
  it('tells of what the token opens by now', async () => {
    const { told, change } = follow([tokenFor('a', 'b'), tokenFor('a'), tokenFor('a')])
    change('b')
    change('b')
    change('a')
    await settled()
    expect(told).toEqual(['b', 'a'])
  })

  it('goes by what was known last when the token cannot be judged', async () => {
    const { told, change } = follow([tokenFor('a'), undefined, undefined])
    change('a')
    change('b')
    change('a')
    await settled()
    expect(told).toEqual(['a', 'a'])
  })

  it('asks nobody about a change that is none for it', async () => {
    const { told, change, judgeAgain } = follow([])
    change('c')
    await settled()
    expect(told).toEqual([])
    expect(judgeAgain).not.toHaveBeenCalled()
  })

  it('tells nothing any more once it is stopped, not even what it had begun', async () => {
    const { told, change, stop } = follow([tokenFor('a')])
    change('a')
    stop()
    change('a')
    await settled()
    expect(told).toEqual([])
  })
})
