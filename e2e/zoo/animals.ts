import type { Animal } from './animal.ts'
import { closedToPages } from './animals/browser.ts'
import { belated } from './animals/caching.ts'
import { unclear } from './animals/challenge.ts'
import { unreachable } from './animals/reachability.ts'
import { forgetful } from './animals/refresh.ts'
import { unwelcoming } from './animals/registration.ts'
import { misleading } from './animals/resource-metadata.ts'
import { lost } from './animals/server-metadata.ts'
import { untrustworthy } from './animals/token.ts'
import { clumsy } from './animals/tools.ts'

/** All of them, in the order in which a client would meet the defects. */
export const animals: readonly Animal[] = [
  ...unreachable,
  ...unclear,
  ...misleading,
  ...lost,
  ...unwelcoming,
  ...closedToPages,
  ...belated,
  ...[...untrustworthy, ...clumsy, ...forgetful].map((animal) => ({
    ...animal,
    signedIn: true as const,
  })),
]
