import type { FindingDefinition } from '../finding.ts'

export const tokenFindings = {} as const satisfies Record<string, FindingDefinition>
