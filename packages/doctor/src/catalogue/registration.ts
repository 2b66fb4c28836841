import type { FindingDefinition } from '../finding.ts'

export const registrationFindings = {} as const satisfies Record<string, FindingDefinition>
