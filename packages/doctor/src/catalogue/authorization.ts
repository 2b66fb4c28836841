import type { FindingDefinition } from '../finding.ts'

export const authorizationFindings = {} as const satisfies Record<string, FindingDefinition>
