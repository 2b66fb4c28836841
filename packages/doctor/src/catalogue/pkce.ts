import type { FindingDefinition } from '../finding.ts'

export const pkceFindings = {} as const satisfies Record<string, FindingDefinition>
