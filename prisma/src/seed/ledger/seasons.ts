/** Demand by month, January to December, in hundredths of the average. */
const monthly: Readonly<Record<string, readonly number[]>> = {
  'Home textiles': [98, 88, 90, 92, 94, 90, 86, 90, 98, 106, 128, 140],
  Bath: [104, 94, 94, 96, 98, 98, 96, 98, 100, 100, 108, 114],
  Kitchen: [92, 84, 86, 88, 92, 86, 82, 86, 96, 108, 142, 158],
  Dining: [84, 84, 88, 94, 96, 90, 84, 88, 98, 108, 138, 148],
  Storage: [128, 108, 104, 100, 96, 92, 94, 108, 104, 94, 88, 84],
  Outdoor: [46, 58, 92, 134, 162, 168, 158, 126, 88, 62, 52, 54],
  Candles: [88, 86, 78, 74, 82, 66, 62, 72, 102, 132, 172, 186],
  'Home fragrance': [94, 92, 88, 86, 94, 80, 76, 82, 102, 118, 142, 146],
  Accessories: [88, 88, 84, 82, 90, 76, 72, 80, 102, 124, 152, 162],
  Gifts: [52, 96, 60, 58, 104, 62, 50, 56, 82, 118, 228, 234],
}

/** Sunday to Saturday, in hundredths of the average. */
const weekly = [112, 108, 100, 96, 96, 92, 96]

/** Demand of a category on a day, as a factor: its season, joined linearly between months, and the day of the week. */
export function seasonalDemand(category: string, date: Date): number {
  const table = monthly[category]
  if (!table) throw new Error(`no season for ${category}`)
  const month = date.getUTCMonth()
  const within = (date.getUTCDate() - 1) / 31
  const from = table[month]!
  const to = table[(month + 1) % 12]!
  return ((from + (to - from) * within) * weekly[date.getUTCDay()]!) / 10_000
}

/** Days on which shops cut prices and sell more. */
export function saleEvent(date: Date): { readonly demand: number; readonly pricePercent: number } {
  const month = date.getUTCMonth()
  const day = date.getUTCDate()
  if (month === 10 && day >= 24 && day <= 30) return { demand: 1.7, pricePercent: 80 }
  if (month === 6 && day >= 8 && day <= 11) return { demand: 1.5, pricePercent: 85 }
  if (month === 0 && day >= 4 && day <= 12) return { demand: 1.2, pricePercent: 88 }
  return { demand: 1, pricePercent: 100 }
}
