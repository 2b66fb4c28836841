import type { FindingDefinition } from '../finding.ts'

export const refreshFindings = {} as const satisfies Record<string, FindingDefinition>
