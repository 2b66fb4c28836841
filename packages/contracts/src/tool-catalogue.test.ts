import { describe, expect, it } from 'vitest'
import { resourceScopes } from './scopes.ts'
import { isToolName, toolNames, toolScopes } from './tool-catalogue.ts'

describe('the tool catalogue', () => {
  it('has the twelve tools of the contract', () => {
    expect(toolNames).toHaveLength(12)
  })

  it('every tool needs a scope, and every scope opens a tool', () => {
    const needed = new Set(Object.values(toolScopes).flat())
    expect([...needed].sort()).toEqual([...resourceScopes].sort())
    for (const name of toolNames) expect(toolScopes[name].length).toBeGreaterThan(0)
  })

  it('only the import writes', () => {
    const writing = toolNames.filter((name) =>
      toolScopes[name].some((scope) => scope.startsWith('write:')),
    )
    expect(writing).toEqual(['import_items'])
  })

  it.each(['', 'Search', 'delete_items', 'toString', '__proto__'])('%j is no tool', (name) => {
    expect(isToolName(name)).toBe(false)
  })
})
