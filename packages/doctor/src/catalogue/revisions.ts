import type { FindingDefinition } from '../finding.ts'

export const revisionFindings = {} as const satisfies Record<string, FindingDefinition>
