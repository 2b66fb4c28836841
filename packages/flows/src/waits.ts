import type { FlowStep, Story } from './story.ts'

/** How long a page waited for its person. */
export interface Wait {
  /** The exchange that showed it. */
  readonly exchangeId: string
  readonly step: FlowStep
  readonly from: Date
  readonly durationMs: number
  /** Whether the person has not answered yet, or never did. */
  readonly isOpen: boolean
}

const pathOf = (url: string) => url.split('?')[0]!

/** The times between a page of sign in or consent and its form; the last one may still last. */
export function waitsOf({ exchanges, status }: Story, now = Date.now()): Wait[] {
  return exchanges.flatMap((page, index) => {
    const isPage = page.step === 'sign_in' || page.step === 'consent'
    if (!isPage || page.request.method !== 'GET' || page.response?.status !== 200) return []
    const later = exchanges.slice(index + 1)
    const path = pathOf(page.request.url)
    const again = later.find(({ request }) => pathOf(request.url) === path)
    // Who reloads the page waits from there on.
    if (again?.request.method === 'GET') return []
    const shown = page.at.getTime() + page.durationMs
    const until = again?.at.getTime() ?? (status === 'in_progress' ? now : undefined)
    if (until === undefined) return []
    const durationMs = Math.max(0, Math.round(until - shown))
    return [
      {
        exchangeId: page.id,
        step: page.step,
        from: new Date(shown),
        durationMs,
        isOpen: again === undefined,
      },
    ]
  })
}
