import type { FindingDefinition } from '../finding.ts'

export const stepUpFindings = {} as const satisfies Record<string, FindingDefinition>
