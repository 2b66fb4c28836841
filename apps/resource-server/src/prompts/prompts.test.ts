import { describe, expect, it } from 'vitest'
import type { PromptSubject } from '../mcp/prompt.ts'
import { tools } from '../tools/all.ts'
import { prompts } from './all.ts'

const company = {
  id: 'co_harbor_us',
  name: 'Harbor Goods LLC',
  currency: 'USD',
  country: 'US',
  marketplaces: [],
  postedThrough: '2026-11-21',
  itemCount: 1,
  warehouseCount: 1,
}

const nothing: PromptSubject = {
  company: undefined,
  companyName: 'all companies',
  month: undefined,
  item: 'HG-1',
  today: '2026-11-21',
}

const everything: PromptSubject = {
  ...nothing,
  company,
  companyName: company.name,
  month: { label: '2026-12', from: '2026-12-01', to: '2026-12-31' },
}

/** The calls that a text names, with their arguments. */
function callsIn(text: string) {
  const calls = [...text.matchAll(/\b([a-z_]+) with (\{.*?\})/g)]
  return calls.map(([, name, values]) => ({ name, values: JSON.parse(values!) }))
}

const write = (name: string, subject: PromptSubject) =>
  prompts.find((prompt) => prompt.name === name)!.write(subject)

describe('every prompt', () => {
  it.each(prompts.map((prompt) => [prompt.name, prompt] as const))(
    '%s names calls that the tools take',
    (_name, prompt) => {
      for (const subject of [nothing, everything]) {
        const calls = callsIn(prompt.write(subject))
        expect(calls.length).toBeGreaterThan(0)
        for (const { name, values } of calls) {
          const tool = tools.find((each) => each.name === name)
          expect(tool?.input.safeParse(values).error?.issues, name).toBeUndefined()
          expect(tool, name).toBeDefined()
        }
      }
    },
  )
})

describe('the months of prompts', () => {
  it('are the next one for what runs out, up to its last day', () => {
    const text = write('items_running_out', nothing)
    expect(text).toContain('run out in December 2026?')
    expect(callsIn(text)[0]?.values).toEqual({ runs_out_before: '2027-01-01', limit: 50 })
  })

  it('are the last full one for what happened, beside the one before', () => {
    const text = write('margin_by_channel', nothing)
    expect(text).toContain('in October 2026?')
    expect(callsIn(text)[0]?.values).toMatchObject({ from: '2026-09-01', to: '2026-10-31' })
    const atEnd = write('margin_by_channel', { ...nothing, today: '2026-11-30' })
    expect(callsIn(atEnd)[0]?.values).toMatchObject({ from: '2026-10-01', to: '2026-11-30' })
  })

  it('are what was asked for, and the company too', () => {
    for (const { name, values } of prompts.flatMap((prompt) => callsIn(prompt.write(everything)))) {
      if (name !== 'get_item_landed_cost' && name !== 'search') {
        expect(values.company_id, name).toBe('co_harbor_us')
      }
    }
    expect(callsIn(write('stock_value', everything))[0]?.values).toMatchObject({
      from: '2026-12-01',
      to: '2026-12-31',
    })
  })
})
