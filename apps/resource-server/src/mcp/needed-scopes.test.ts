import { describe, expect, it } from 'vitest'
import { resources } from '../resources/all.ts'
import { request, toolCall } from '../testing/messages.ts'
import { sampleTools } from '../testing/sample-tools.ts'
import { neededScopesOf } from './needed-scopes.ts'

const neededScopes = neededScopesOf(sampleTools, resources)

describe('the scopes that a message needs', () => {
  it('are those of the tool that it calls', () => {
    expect(neededScopes(toolCall('get_revenue_and_cogs'))).toEqual(['read:revenue', 'read:cogs'])
  })

  it('are those of every call of a batch, each once', () => {
    const batch = [toolCall('search'), toolCall('get_revenue_and_cogs'), toolCall('search')]
    expect(neededScopes(batch)).toEqual(['read:inventory', 'read:revenue', 'read:cogs'])
  })

  it('are those of the resource that it reads or subscribes to', () => {
    const uri = 'neonpanel://company/c/item/HG-1'
    expect(neededScopes(request('resources/read', { uri }))).toEqual(['read:inventory'])
    const report = { uri: 'neonpanel://company/c/report/r' }
    expect(neededScopes(request('resources/subscribe', report))).toEqual(['read:reports'])
    expect(neededScopes(request('resources/unsubscribe', report))).toEqual([])
  })

  it('are those of every resource that it wants to listen to', () => {
    const of = (...resourceSubscriptions: unknown[]) =>
      neededScopes(request('subscriptions/listen', { notifications: { resourceSubscriptions } }))
    const company = 'neonpanel://company/c'
    expect(of(`${company}/item/1`, company, `${company}/item/2`, 'test://else', 7)).toEqual([
      'read:inventory',
      'read:companies',
    ])
    expect(of()).toEqual([])
  })

  it.each([
    ['a resource that does not exist', request('resources/read', { uri: 'neonpanel://x' })],
    ['a resource without a URI', request('resources/read', {})],
    ['listening to lists alone', request('subscriptions/listen', { notifications: {} })],
    ['listening without a filter', request('subscriptions/listen')],
    ['another method', request('tools/list')],
    ['a tool that does not exist', toolCall('no_such_tool')],
    ['a name of the prototype', toolCall('constructor')],
    ['a call without parameters', request('tools/call')],
    ['a call without a name', request('tools/call', {})],
    ['a name that is no string', request('tools/call', { name: ['search'] })],
    ['a scalar', 1],
    ['null', null],
    ['nothing', undefined],
    ['an empty batch', []],
    ['a batch of noise', [null, 1, 'tools/call']],
  ])('are none for %s', (_what, message) => {
    expect(neededScopes(message)).toEqual([])
  })
})
