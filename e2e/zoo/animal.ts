import type { FindingId } from '@neonpanel/doctor/catalogue'
import type { Source } from '@neonpanel/doctor/finding'
import type { PresetId } from '@neonpanel/faults/presets'
import type { FaultRule } from '@neonpanel/testing-kit/admin/faults'
import type { Distortion } from './gate.ts'

/** A server of its own, where the stack cannot be made to be so. */
export interface OwnServer extends AsyncDisposable {
  readonly mcpUrl: string
  /** As the doctor’s machine connects; default: the platform’s. */
  readonly fetch?: typeof fetch
}

/** How a server is made that is whole but for one thing. */
export type Defect =
  /** The stack with an incident that people met (packages/faults). */
  | { readonly preset: PresetId }
  /** The stack with a rule of its own. */
  | { readonly fault: Pick<FaultRule, 'where' | 'what'> }
  /** The stack behind a gate that changes one thing. */
  | { readonly distortion: Distortion }
  | { readonly server: () => Promise<OwnServer> }

/** A server with exactly one defect, and what the doctor must say of it. */
export interface Animal {
  /** In kebab-case. */
  readonly id: string
  /** What is wrong, in one line without a full stop. */
  readonly title: string
  /** Who met it, or which rule it breaks. */
  readonly source: Source
  readonly defect: Defect
  /** The finding that must be the first error. */
  readonly named: FindingId
  /** Seen only once a person has signed in. */
  readonly signedIn?: true
  /** How long the doctor waits for one answer; its own default unless said. */
  readonly timeoutMs?: number
}
