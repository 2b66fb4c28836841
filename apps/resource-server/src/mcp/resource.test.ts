import { describe, expect, it } from 'vitest'
import { resources } from '../resources/all.ts'
import { parseResourceUri, templateOf, uriOf } from './resource.ts'

const kindOf = (name: string) => resources.find((kind) => kind.name === name)!

describe('a resource URI', () => {
  it.each([
    ['company', 'co_harbor_us', '', 'neonpanel://company/co_harbor_us'],
    ['item', 'co_harbor_us', 'HG-1', 'neonpanel://company/co_harbor_us/item/HG-1'],
    ['item', 'co 1', 'a/b c?#é%', 'neonpanel://company/co%201/item/a%2Fb%20c%3F%23%C3%A9%25'],
    [
      'report',
      'c',
      'profit_and_loss.c.2026-Q3',
      'neonpanel://company/c/report/profit_and_loss.c.2026-Q3',
    ],
  ])('of a %s says where it belongs, whatever its id', (name, companyId, id, uri) => {
    expect(uriOf(kindOf(name), companyId, id)).toBe(uri)
    expect(parseResourceUri(resources, uri)).toEqual({ kind: kindOf(name), companyId, id })
    // The SDK compares with the URI as `URL` writes it.
    expect(new URL(uri).href).toBe(uri)
  })

  it.each([
    'neonpanel://company',
    'neonpanel://company/',
    'neonpanel://company/c/item',
    'neonpanel://company/c/item/',
    'neonpanel://company/c/company/x',
    'neonpanel://company/c/constructor/x',
    'neonpanel://company/c/item/x/more',
    'neonpanel://company/c/item/x?query',
    'neonpanel://company/c/item/x#part',
    'neonpanel://company/c/item/%E0%A4%A',
    'neonpanel://company/c/shipment/%00',
    'neonpanel://company/c/shipment/\0',
    'neonpanel://company/c/item/\ud800',
    `neonpanel://company/c/item/${'x'.repeat(2_000)}`,
    'neonpanel://warehouse/c',
    'https://company/c/item/x',
    'NEONPANEL://company/c',
    'test://watched-resource',
    '',
    7,
    null,
    undefined,
    ['neonpanel://company/c'],
  ])('is not %j', (uri) => {
    expect(parseResourceUri(resources, uri)).toBeUndefined()
  })

  it('has a template for each kind', () => {
    expect(resources.map(templateOf)).toEqual([
      'neonpanel://company/{company_id}',
      'neonpanel://company/{company_id}/item/{sku}',
      'neonpanel://company/{company_id}/shipment/{shipment_id}',
      'neonpanel://company/{company_id}/report/{report_id}',
    ])
  })
})
