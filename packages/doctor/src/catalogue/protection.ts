import type { FindingDefinition } from '../finding.ts'

export const protectionFindings = {} as const satisfies Record<string, FindingDefinition>
