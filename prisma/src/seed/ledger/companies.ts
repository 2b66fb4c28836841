import { type CatalogueItem, readCatalogue } from './catalogue.ts'
import { harborCatalogue } from './catalogue-harbor.ts'
import { tallowCatalogue } from './catalogue-tallow.ts'

/** Where a demo company sells. */
export interface Channel {
  readonly name: string
  /** Expected orders per day of an item of popularity 10, in hundredths. */
  readonly ordersPerDayHundredths: number
  /** What buyers pay, in hundredths of the list price. */
  readonly pricePercent: number
  /** Of the price, in hundredths of a percent. */
  readonly feeBasisPoints: number
  /** Per order, minor units. */
  readonly feePerOrderMinor: number
  /** Orders with a refund, in a hundred. */
  readonly refundPercent: number
  /** Units of one order; wholesale orders come by the case. */
  readonly unitsPerOrder: { readonly low: number; readonly high: number; readonly case: number }
  /** Warehouses that ship for it, the usual one first. */
  readonly warehouses: readonly string[]
}

export interface DemoWarehouse {
  readonly id: string
  readonly name: string
  readonly city: string
  readonly country: string
  readonly capacityUnits: number
}

export interface DemoCompany {
  readonly id: string
  readonly name: string
  readonly currency: string
  readonly country: string
  /** Short form in the ids of its rows. */
  readonly code: string
  readonly randomSeed: number
  readonly warehouses: readonly DemoWarehouse[]
  /** In the order of their names, as a day's sales are posted. */
  readonly channels: readonly Channel[]
  readonly catalogue: readonly CatalogueItem[]
}

const retail = { low: 1, high: 3, case: 1 }
const byTheCase = { low: 2, high: 6, case: 6 }

const wholesale = {
  name: 'Wholesale',
  ordersPerDayHundredths: 2,
  pricePercent: 55,
  feeBasisPoints: 90,
  feePerOrderMinor: 0,
  refundPercent: 1,
  unitsPerOrder: byTheCase,
}

const marketplace = {
  ordersPerDayHundredths: 34,
  pricePercent: 100,
  feeBasisPoints: 1500,
  feePerOrderMinor: 385,
  refundPercent: 5,
  unitsPerOrder: retail,
}

const webShop = {
  name: 'Shopify',
  ordersPerDayHundredths: 22,
  pricePercent: 100,
  feeBasisPoints: 290,
  feePerOrderMinor: 30,
  refundPercent: 3,
  unitsPerOrder: retail,
}

/** The three companies of the demo: two sides of one homeware business, and a candle studio. */
export const demoCompanies: readonly DemoCompany[] = [
  {
    id: 'co_harbor_us',
    name: 'Harbor Goods LLC',
    currency: 'USD',
    country: 'US',
    code: 'us',
    randomSeed: 20_241_101,
    warehouses: [
      {
        id: 'wh_reno',
        name: 'Reno fulfilment',
        city: 'Reno, NV',
        country: 'US',
        capacityUnits: 3_600,
      },
      {
        id: 'wh_allentown',
        name: 'Allentown fulfilment',
        city: 'Allentown, PA',
        country: 'US',
        capacityUnits: 6_400,
      },
    ],
    channels: [
      { ...marketplace, name: 'Amazon US', warehouses: ['wh_allentown', 'wh_reno'] },
      { ...webShop, warehouses: ['wh_reno', 'wh_allentown'] },
      { ...wholesale, warehouses: ['wh_allentown'] },
    ],
    catalogue: readCatalogue(harborCatalogue, { skuPrefix: 'HG', pricePercent: 100 }),
  },
  {
    id: 'co_harbor_eu',
    name: 'Harbor Goods EU B.V.',
    currency: 'EUR',
    country: 'NL',
    code: 'eu',
    randomSeed: 20_241_102,
    warehouses: [
      { id: 'wh_venlo', name: 'Venlo', city: 'Venlo', country: 'NL', capacityUnits: 3_200 },
      { id: 'wh_poznan', name: 'Poznań', city: 'Poznań', country: 'PL', capacityUnits: 1_800 },
    ],
    channels: [
      {
        ...marketplace,
        name: 'Amazon DE',
        ordersPerDayHundredths: 24,
        warehouses: ['wh_poznan', 'wh_venlo'],
      },
      {
        ...marketplace,
        name: 'Bol.com',
        ordersPerDayHundredths: 15,
        feeBasisPoints: 1240,
        warehouses: ['wh_venlo', 'wh_poznan'],
      },
      { ...webShop, ordersPerDayHundredths: 13, warehouses: ['wh_venlo'] },
      { ...wholesale, warehouses: ['wh_venlo', 'wh_poznan'] },
    ],
    catalogue: readCatalogue(harborCatalogue, {
      skuPrefix: 'HE',
      europeOnly: true,
      pricePercent: 94,
    }),
  },
  {
    id: 'co_tallow',
    name: 'Tallow Studio',
    currency: 'USD',
    country: 'US',
    code: 'ts',
    randomSeed: 20_241_103,
    warehouses: [
      {
        id: 'wh_portland',
        name: 'Portland studio',
        city: 'Portland, OR',
        country: 'US',
        capacityUnits: 2_400,
      },
    ],
    channels: [
      {
        ...marketplace,
        name: 'Etsy',
        ordersPerDayHundredths: 30,
        feeBasisPoints: 950,
        feePerOrderMinor: 45,
        warehouses: ['wh_portland'],
      },
      { ...webShop, ordersPerDayHundredths: 40, warehouses: ['wh_portland'] },
      { ...wholesale, ordersPerDayHundredths: 5, warehouses: ['wh_portland'] },
    ],
    catalogue: readCatalogue(tallowCatalogue, { skuPrefix: 'TS', pricePercent: 100 }),
  },
]
