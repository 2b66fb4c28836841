import type { Database } from '@neonpanel/database/open'

/** Items of a company that were created or changed. */
export interface ItemsChanged {
  readonly companyId: string
  readonly skus: readonly string[]
}

const channel = 'ledger_items_changed'

/** More would not fit into an announcement; they are told in several. */
const skusPerAnnouncement = 100

/** Tells every process that items have changed; to be called once the change is committed. */
export async function announceItemsChanged(
  { announcements }: Database,
  { companyId, skus }: ItemsChanged,
): Promise<void> {
  for (let start = 0; start < skus.length; start += skusPerAnnouncement) {
    const some = skus.slice(start, start + skusPerAnnouncement)
    await announcements.announce(channel, JSON.stringify({ companyId, skus: some }))
  }
}

/** @returns how to stop listening */
export function onItemsChanged(
  { announcements }: Database,
  listener: (changed: ItemsChanged) => void,
): () => void {
  return announcements.listen(channel, (message) => listener(JSON.parse(message) as ItemsChanged))
}
