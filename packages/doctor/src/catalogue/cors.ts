import type { FindingDefinition } from '../finding.ts'

export const corsFindings = {} as const satisfies Record<string, FindingDefinition>
