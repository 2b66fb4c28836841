import { suppliers } from './suppliers.ts'

/** One thing that a demo company sells, as its catalogue has it; amounts in minor units of its currency. */
export interface CatalogueItem {
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly supplier: string
  readonly unitCostMinor: number
  readonly listPriceMinor: number
  readonly volumeCm3: number
  readonly weightGrams: number
  readonly leadTimeDays: number
  /** 1 slow to 10 fast; earlier variants of a product sell better. */
  readonly popularity: number
}

export interface CatalogueChoice {
  readonly skuPrefix: string
  /** Takes only the products that are sold in Europe. */
  readonly europeOnly?: boolean
  /** List prices in hundredths of the table's. */
  readonly pricePercent: number
}

/** Reads a catalogue table: every variant of every product becomes an item. */
export function readCatalogue(table: string, choice: CatalogueChoice): CatalogueItem[] {
  return table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter(([code]) => !choice.europeOnly || code!.endsWith('*'))
    .flatMap((cells) => readProduct(cells, choice))
}

function readProduct(cells: readonly string[], choice: CatalogueChoice): CatalogueItem[] {
  const [code, name, category, supplierName, cost, price, volume, weight, popularity, variants] =
    cells as [string, string, string, string, string, string, string, string, string, string]
  const supplier = suppliers.get(supplierName)
  if (!supplier) throw new Error(`no supplier ${supplierName} for ${name}`)
  return variants.split(',').map((variant, index) => {
    const [, label, factor = '1'] = /^\s*(.*?)(?: x([\d.]+))?\s*$/.exec(variant)!
    const hundredths = Math.round(Number(factor) * 100)
    const scaled = (value: number) => Math.round((value * hundredths) / 100)
    return {
      sku: `${choice.skuPrefix}-${code.replace('*', '')}-${variantCode(label!)}`,
      name: `${name} – ${label}`,
      category,
      supplier: supplier.name,
      unitCostMinor: scaled(minor(cost)),
      listPriceMinor: retailPrice(scaled(minor(price)), choice.pricePercent),
      volumeCm3: scaled(Number(volume)),
      weightGrams: scaled(Number(weight)),
      leadTimeDays: supplier.leadTimeDays,
      popularity: Math.max(1, Number(popularity) - index),
    }
  })
}

function variantCode(label: string): string {
  return label
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 4)
}

function minor(decimal: string): number {
  return Math.round(Number(decimal) * 100)
}

/** Shops round their prices to half units. */
function retailPrice(priceMinor: number, percent: number): number {
  return Math.round((priceMinor * percent) / 5000) * 50
}
