import { describe, expect, it } from 'vitest'
import { request, toolCall } from '../testing/messages.ts'
import { sampleTools } from '../testing/sample-tools.ts'
import { neededScopesOf } from './needed-scopes.ts'

const neededScopes = neededScopesOf(sampleTools)

describe('the scopes that a message needs', () => {
  it('are those of the tool that it calls', () => {
    expect(neededScopes(toolCall('get_revenue_and_cogs'))).toEqual(['read:revenue', 'read:cogs'])
  })

  it('are those of every call of a batch, each once', () => {
    const batch = [toolCall('search'), toolCall('get_revenue_and_cogs'), toolCall('search')]
    expect(neededScopes(batch)).toEqual(['read:inventory', 'read:revenue', 'read:cogs'])
  })

  it.each([
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
