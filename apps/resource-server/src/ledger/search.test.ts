import { describe, expect, test } from 'vitest'
import { type SearchDocument, searchDocuments } from './search.ts'

const documents: SearchDocument[] = [
  document(
    '1',
    'Linen napkins, set of 4 – Sage',
    'HG-LNP-SAGE',
    'Home textiles Baltic Linen Works',
  ),
  document(
    '2',
    'Linen napkins, set of 4 – Clay',
    'HG-LNP-CLAY',
    'Home textiles Baltic Linen Works',
  ),
  document('3', 'Linen tablecloth – Sage', 'HG-LTC-SAGE', 'Home textiles Baltic Linen Works'),
  document('4', 'Soy candle 220 g – Fig Leaf', 'TS-SCN-FIGL', 'Candles Willamette Wax'),
  document('5', 'Cork trivet – Round', 'HG-CKT-ROUN', 'Dining Alentejo Cork'),
  document('6', 'Gift boxes – Café', 'TS-GBX-CAFE', 'Gifts'),
]

function document(id: string, title: string, sku: string, words: string): SearchDocument {
  return { id, title, codes: [sku], words }
}

function find(query: string): string[] {
  return searchDocuments(documents, query, 10).map(({ id }) => id)
}

describe('searchDocuments', () => {
  test('puts the document with every word first', () => {
    expect(find('linen napkins sage')[0]).toBe('1')
    expect(find('sage napkins')[0]).toBe('1')
  })

  test('an id or a SKU finds its document alone', () => {
    expect(find('4')).toEqual(['4'])
    expect(find('hg-ltc-sage')).toEqual(['3'])
  })

  test.each([
    ['candles', '4'],
    ['CANDLE', '4'],
    ['cand', '4'],
    ['gift box', '6'],
    ['cafe', '6'],
    ['Café', '6'],
    ['cork trivets', '5'],
    ['alentejo', '5'],
  ])('%o finds %s whatever its case, accents, plural or ending', (query, id) => {
    expect(find(query)[0]).toBe(id)
  })

  test('words without meaning do not matter beside words that have some', () => {
    expect(find('show me the linen napkins in sage')[0]).toBe('1')
  })

  test.each(['', '   ', '–', 'zzz', 'fire pit'])('%o finds nothing', (query) => {
    expect(find(query)).toEqual([])
  })

  test('fewer than half of the words are not enough', () => {
    expect(find('linen umbrella stand')).toEqual([])
  })

  test('letters in the middle of a word do not count', () => {
    expect(find('ork')).toEqual([])
  })

  test('answers no more than the limit', () => {
    expect(searchDocuments(documents, 'linen', 2)).toHaveLength(2)
  })
})
