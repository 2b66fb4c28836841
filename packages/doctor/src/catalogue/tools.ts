import type { FindingDefinition } from '../finding.ts'

export const toolFindings = {} as const satisfies Record<string, FindingDefinition>
