import type { Database } from '@neonpanel/database/open'

/** Items of a company that were created or changed. */
export interface ItemsChanged {
  readonly companyId: string
  readonly skus: readonly string[]
  /** Whether some items of the change are new. */
  readonly created: boolean
}

const channel = 'ledger_items_changed'

/** An announcement carries less than 8,000 bytes, and a SKU up to 384 as JSON; more are told in several. */
const bytesPerAnnouncement = 7_000

/** Tells every process that items have changed; to be called once the change is committed. */
export async function announceItemsChanged(
  { announcements }: Database,
  { companyId, skus, created }: ItemsChanged,
): Promise<void> {
  for (const [index, some] of inPieces(skus).entries()) {
    const changed: ItemsChanged = { companyId, skus: some, created: created && index === 0 }
    await announcements.announce(channel, JSON.stringify(changed))
  }
}

function inPieces(skus: readonly string[]): string[][] {
  const pieces: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const sku of skus) {
    const length = Buffer.byteLength(JSON.stringify(sku)) + 1
    if (bytes + length > bytesPerAnnouncement) {
      pieces.push([])
      bytes = 0
    }
    pieces.at(-1)!.push(sku)
    bytes += length
  }
  return pieces
}

/** @returns how to stop listening */
export function onItemsChanged(
  { announcements }: Database,
  listener: (changed: ItemsChanged) => void,
): () => void {
  return announcements.listen(channel, (message) => listener(JSON.parse(message) as ItemsChanged))
}
