/** Whom the demo companies buy from, and what bringing the goods in costs. */
export interface Supplier {
  readonly name: string
  /** ISO 3166 alpha-2. */
  readonly country: string
  /** From order to arrival. */
  readonly leadTimeDays: number
  /** Of the goods' value, in hundredths of a percent. */
  readonly dutyBasisPoints: number
  /** Minor units per cubic metre, beside a fixed booking fee. */
  readonly freightPerM3Minor: number
}

/** name | country | lead time in days | duty in basis points | freight per cubic metre in minor units */
const table = `
Baltic Linen Works    | LT | 34 | 690 | 21000
Ribe Enamel           | DK | 30 | 340 | 24500
Porto Clay Collective | PT | 38 | 980 | 26000
Ningbo Hearthware     | CN | 62 | 420 | 13500
Jaipur Block & Loom   | IN | 58 | 810 | 17000
Cascade Timber Goods  | US | 16 | 330 |  9500
Seki Blade Company    | JP | 45 | 540 | 29000
Hanoi Rattan House    | VN | 55 | 660 | 15500
Alentejo Cork         | PT | 36 | 120 | 20500
Lakeland Outdoor      | US | 18 | 370 |  9000
Willamette Wax        | US | 12 | 200 |  8000
Grasse Aromatics      | FR | 32 | 310 | 38000
Ohio Vessel Glass     | US | 15 | 300 | 11000
Moradabad Brassworks  | IN | 52 | 310 | 16500
`

export const suppliers: ReadonlyMap<string, Supplier> = new Map(
  table
    .trim()
    .split('\n')
    .map((row) => {
      const [name, country, lead, duty, freight] = row.split('|').map((cell) => cell.trim())
      const supplier: Supplier = {
        name: name!,
        country: country!,
        leadTimeDays: Number(lead),
        dutyBasisPoints: Number(duty),
        freightPerM3Minor: Number(freight),
      }
      return [supplier.name, supplier]
    }),
)
