import type { FindingDefinition } from '../finding.ts'

export const cachingFindings = {} as const satisfies Record<string, FindingDefinition>
