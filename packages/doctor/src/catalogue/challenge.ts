import type { FindingDefinition } from '../finding.ts'

export const challengeFindings = {} as const satisfies Record<string, FindingDefinition>
