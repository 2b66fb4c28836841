import { type FaultDefinition, faultSchema } from './fault.ts'
import { authorizationPresets } from './presets/authorization.ts'
import { mcpPresets } from './presets/mcp.ts'
import { metadataPresets } from './presets/metadata.ts'
import type { PresetDefinition } from './presets/preset.ts'
import { registrationPresets } from './presets/registration.ts'
import { tokenPresets } from './presets/tokens.ts'
import type { What } from './what.ts'
import type { Where } from './where.ts'

const definitions = {
  ...metadataPresets,
  ...registrationPresets,
  ...authorizationPresets,
  ...tokenPresets,
  ...mcpPresets,
} satisfies Record<string, PresetDefinition>

export type PresetId = keyof typeof definitions

export interface Preset extends Omit<PresetDefinition, 'where' | 'what'> {
  readonly id: PresetId
  readonly where: Where
  readonly what: What
}

export const presetIds = Object.keys(definitions) as [PresetId, ...PresetId[]]

/** Every preset, in the order of a connection. Judged when somebody looks: a start has no time for it. */
export const presets: readonly Preset[] = presetIds.map((id) => {
  const { where, what, ...told }: PresetDefinition = definitions[id]
  let judged: FaultDefinition | undefined
  const judge = () => {
    judged ??= faultSchema.parse({ where, what })
    return judged
  }
  return {
    id,
    ...told,
    get where() {
      return judge().where
    },
    get what() {
      return judge().what
    },
  }
})

export function findPreset(id: PresetId): Preset {
  const found = presets.find((preset) => preset.id === id)
  if (!found) throw new Error(`There is no preset ${id}.`)
  return found
}
