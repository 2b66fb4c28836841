import type { Requirement } from './requirement.ts'

/** How strictly a row is asked for, as in BCP 14; `product` is a rule of this project. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'product'

/** A row of SPEC-MATRIX. Where several sources differ, its level is that of the strictest. */
export interface Row extends Requirement {
  readonly level: Level
  /** The standards behind the row. */
  readonly standards: string
}

/** A row that is answered otherwise than it asks, or only in part, on purpose. */
export interface Deviation {
  readonly decision: string
  readonly reason: string
  /** Who decided, or where the standards leave the choice. */
  readonly source: string
}

type Unplaced = Omit<Row, 'source' | 'section'>

const rowOf =
  (level: Level) =>
  (standards: string, sentence: string): Unplaced => ({ level, standards, sentence })

export const must = rowOf('MUST')
export const should = rowOf('SHOULD')
export const may = rowOf('MAY')
export const product = rowOf('product')

/** Gives the rows of one section their common source. */
export function rowsOf<const Id extends string>(
  section: string,
  rows: Record<Id, Unplaced>,
): Record<Id, Row> {
  const entries = Object.entries<Unplaced>(rows).map(([id, row]) => [
    id,
    { source: 'SPEC-MATRIX', section, ...row },
  ])
  return Object.fromEntries(entries) as Record<Id, Row>
}
