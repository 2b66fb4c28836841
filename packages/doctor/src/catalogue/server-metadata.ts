import type { FindingDefinition } from '../finding.ts'

export const serverMetadataFindings = {} as const satisfies Record<string, FindingDefinition>
