import { allocate } from '@neonpanel/database/ledger/allocation'
import { z } from 'zod'

/** How every amount travels: an exact decimal and its ISO 4217 currency. Its id makes it one definition per schema. */
export const moneySchema = z
  .object({ amount: z.string().describe('Exact decimal, such as 1234.56'), currency: z.string() })
  .meta({ id: 'Money' })

export type Money = z.infer<typeof moneySchema>

/** Digits after the point of costs per unit: a unit's share of freight is often less than a cent. */
const unitCostDigits = 4

/** @param minor minor units, such as cents */
export function money(minor: number, currency: string): Money {
  return { amount: decimal(minor, minorDigits(currency)), currency }
}

/**
 * What one of several units costs, to four digits; null where there is no unit.
 *
 * @param minor cost of all of them in minor units, 0 or more
 */
export function unitMoney(minor: number, units: number, currency: string): Money | null {
  if (units === 0) return null
  return { amount: decimal(unitCost(minor, units, currency), unitCostDigits), currency }
}

/**
 * What one of several units costs by component, to four digits. The components sum to `unitMoney` of the whole.
 *
 * @param parts costs of all units in minor units, 0 or more
 */
export function unitMoneyParts<Name extends string>(
  parts: Readonly<Record<Name, number>>,
  units: number,
  currency: string,
): Record<Name, Money> {
  const names = Object.keys(parts) as Name[]
  const values = names.map((name) => parts[name])
  const whole = values.reduce((sum, value) => sum + value, 0)
  const shares = whole === 0 ? values : allocate(unitCost(whole, units, currency), values)
  const amounts = names.map((name, index) => [
    name,
    { amount: decimal(shares[index]!, unitCostDigits), currency },
  ])
  return Object.fromEntries(amounts)
}

/**
 * Reads an amount as people and spreadsheets write it, `1234.5` or `1234.50`.
 *
 * @returns minor units, or undefined when it is no amount of that currency: too many digits, a sign, a thousands mark
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency)
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim())
  if (!match || (match[2]?.length ?? 0) > digits) return undefined
  return Number(match[1]! + (match[2] ?? '').padEnd(digits, '0'))
}

/** Part of a whole in percent, to two digits; null where there is no whole. */
export function percent(part: number, whole: number): number | null {
  if (whole === 0) return null
  return Math.round((part * 10_000) / whole) / 100
}

/** Half up, in units of the fourth digit. */
function unitCost(minor: number, units: number, currency: string): number {
  const scale = 10n ** BigInt(unitCostDigits - minorDigits(currency))
  return Number((BigInt(minor) * scale * 2n + BigInt(units)) / (BigInt(units) * 2n))
}

function decimal(scaled: number, digits: number): string {
  const sign = scaled < 0 ? '-' : ''
  const text = String(Math.abs(scaled)).padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

const knownDigits = new Map<string, number>()

/** How many digits a currency has after the point: 2 for most, 0 for JPY, 3 for KWD. */
function minorDigits(currency: string): number {
  let digits = knownDigits.get(currency)
  if (digits === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    digits = format.resolvedOptions().maximumFractionDigits ?? 2
    knownDigits.set(currency, digits)
  }
  return digits
}
