import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { searchDocuments } from './search.ts'
import { createSearchIndex, type SearchDocument } from './search-index.ts'

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
  return { id, title, code: sku, words }
}

const index = createSearchIndex()
index.update(documents)

function find(query: string): string[] {
  return searchDocuments([index], query).map(({ id }) => id)
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

  test('a guess does not make half of the words: it counts where all the others are there', () => {
    expect(find('umbrella criket')).toEqual([])
    expect(find('cork triket')).toEqual(['5'])
    expect(find('cork umbrella')).toEqual(['5'])
    expect(find('corkk umbrella')).toEqual([])
  })

  test('letters in the middle of a word do not count', () => {
    expect(find('ork')).toEqual([])
  })

  test.each([
    ['linne', ['1', '2', '3']],
    ['lienn napkins', ['1', '2']],
    ['napkn sage', ['1']],
    ['saeg napkins', ['1']],
    ['tableclothe', ['3']],
    ['candel', ['4']],
    ['alentjo', ['5']],
    ['trivte ruond', ['5']],
  ])('%o is read as it was meant', (query, ids) => {
    expect(find(query).sort()).toEqual(ids)
  })

  test.each(['bandles', 'zalentejo', 'lork'])(
    '%o begins unlike any word that is there',
    (query) => {
      expect(find(query)).toEqual([])
    },
  )

  test('a word that occurs is taken as it is written', () => {
    const told = createSearchIndex()
    told.update([document('a', 'Clay bowl', 'A', ''), document('b', 'Clap board', 'B', '')])
    expect(searchDocuments([told], 'clay').map(({ id }) => id)).toEqual(['a'])
  })

  test.each(['221', '2200', '202'])('the number %o is never guessed', (query) => {
    expect(find(query)).toEqual([])
  })

  test('a month is one word: it finds its days and no other year', () => {
    const told = createSearchIndex()
    told.update([
      document('a', 'Shipment, ordered 2026-10-09', 'PO-2026-0310', ''),
      document('b', 'Shipment, ordered 2025-10-26', 'PO-2025-0310', ''),
    ])
    const ids = (query: string) => searchDocuments([told], query).map(({ id }) => id)
    expect(ids('shipments 2026-10')).toEqual(['a'])
    expect(ids('2025-10-26')).toEqual(['b'])
    expect(ids('PO-2025')).toEqual(['b'])
    expect(ids('po 2026 0310')).toEqual(['a'])
  })

  test('a code is found however it is punctuated', () => {
    for (const query of ['HG-LTC-SAGE', 'hg ltc sage', 'hgltcsage', 'HG_LTC_SAGE ']) {
      expect(find(query)).toEqual(['3'])
    }
  })

  test('the name weighs more than the category, and the code more than the name', () => {
    const told = createSearchIndex()
    told.update([
      document('category', 'Wooden spoon', 'A-1', 'Cork goods of Alentejo'),
      document('name', 'Cork board', 'A-2', 'Goods of Alentejo for walls'),
      document('code', 'Wooden board', 'CORK-3', 'Goods of Alentejo for walls'),
    ])
    expect(searchDocuments([told], 'cork').map(({ id }) => id)).toEqual([
      'code',
      'name',
      'category',
    ])
  })

  test('equals keep the order in which they were given, in whatever order they were indexed', () => {
    const told = createSearchIndex()
    const twins = ['1', '2', '3'].map((id) => document(id, 'Oak bowl', `B${id}`, 'Dining'))
    told.update([...twins].reverse())
    told.update(twins)
    expect(searchDocuments([told], 'oak bowl').map(({ id }) => id)).toEqual(['1', '2', '3'])
  })

  test('several indexes answer as one', () => {
    const other = createSearchIndex()
    other.update([document('7', 'Linen apron – Sage', 'HE-LAP-SAGE', 'Home textiles')])
    const ids = searchDocuments([index, other], 'linen sage').map(({ id }) => id)
    expect(ids.sort()).toEqual(['1', '3', '7'])
  })
})

describe('an index', () => {
  test('finds what it was told last, and nothing of before', () => {
    const told = createSearchIndex()
    const find = (query: string) => searchDocuments([told], query).map(({ id }) => id)
    told.update([
      document('1', 'Oak bowl', 'A', 'Dining'),
      document('2', 'Ash bowl', 'B', 'Dining'),
    ])
    told.update([
      document('2', 'Elm bowl', 'C', 'Dining'),
      document('3', 'Oak tray', 'D', 'Dining'),
    ])
    expect(told.size()).toBe(2)
    expect(find('ash')).toEqual([])
    expect(find('oak')).toEqual(['3'])
    expect(find('elm')).toEqual(['2'])
    expect(find('B')).toEqual([])
    expect(find('c')).toEqual(['2'])
  })

  const word = fc.constantFrom(
    'oak',
    'oaken',
    'elm',
    'bowl',
    'bowls',
    'tray',
    'sage',
    'saeg',
    '2026-10',
  )
  const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '))
  const rows = fc.uniqueArray(
    fc.record({ id: fc.constantFrom(...'abcdefgh'), title: text, code: text, words: text }),
    { selector: ({ id }) => id },
  )

  test('that was told of changes answers like one that is new', () => {
    fc.assert(
      fc.property(
        fc.array(rows, { minLength: 1, maxLength: 6 }),
        fc.oneof(text, word),
        (states, query) => {
          const told = createSearchIndex()
          for (const state of states) {
            told.update(state)
            const fresh = createSearchIndex()
            fresh.update(state)
            expect(searchDocuments([told], query)).toEqual(searchDocuments([fresh], query))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
