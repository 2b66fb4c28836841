import type { FindingDefinition } from '../finding.ts'

export const resourceMetadataFindings = {} as const satisfies Record<string, FindingDefinition>
