// Keeps a page of flows up to date: on each event it asks for the same page again and takes over its `data-live` parts.
// Everything that it shows, the page shows without it.

const { follow, flow } = document.querySelector('script[data-follow]').dataset

/** How long several events are gathered; asking takes at most one part in ten of the time. */
const gatherMs = 150
const restFactor = 10
let restMs = gatherMs

/** The parts as the server sent them: what was opened or copied here is no change. */
const sent = new Map(partsOf(document).map((part) => [part.id, part.innerHTML]))

const events = new EventSource(follow)
let isStale = false
let timer

events.addEventListener('ready', () => {
  tell(' · live')
  // What happened between the page and the stream, or between two streams, is not told.
  refreshSoon()
})
events.addEventListener('error', () => tell(''))
events.addEventListener('flow', ({ data }) => {
  const { id, correlation_ids: ids } = JSON.parse(data)
  if (isShown(id, ids)) refreshSoon()
})
events.addEventListener('gone', ({ data }) => {
  if (isShown(JSON.parse(data).id)) refreshSoon()
})

function isShown(id, ids = []) {
  return flow === undefined || id === flow || ids.includes(flow)
}

function refreshSoon() {
  isStale = true
  if (timer !== undefined) return
  timer = setTimeout(refresh, restMs)
}

async function refresh() {
  isStale = false
  const startedMs = performance.now()
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    // The session is over, or the flow is gone: what is shown stays.
    if (answer.ok && !answer.redirected) take(await answer.text())
  } catch {
    // The server is away; the stream comes back with it, and then asks again.
  } finally {
    restMs = Math.max(gatherMs, restFactor * (performance.now() - startedMs))
    timer = undefined
    if (isStale) refreshSoon()
  }
}

function take(text) {
  const page = new DOMParser().parseFromString(text, 'text/html')
  for (const next of partsOf(page)) {
    const part = document.getElementById(next.id)
    if (!part || next.innerHTML === sent.get(next.id)) continue
    sent.set(next.id, next.innerHTML)
    takePart(part, next)
  }
  // Icons that were not needed before.
  const sprite = document.querySelector('.sprite')
  const drawn = page.querySelector('.sprite')
  if (sprite && drawn) sprite.innerHTML = drawn.innerHTML
}

function partsOf(page) {
  return [...page.querySelectorAll('[data-live]')]
}

/** What somebody opened stays open, and where they are they stay. */
function takePart(part, next) {
  for (const { id, open } of part.querySelectorAll('details[id]')) {
    const same = next.querySelector(`#${CSS.escape(id)}`)
    if (same) same.open = open
  }
  const focused = part.contains(document.activeElement) ? document.activeElement : undefined
  const { top } = focused?.getBoundingClientRect() ?? {}
  const place = focused && placeOf(focused)
  const state = part.querySelector('[data-live-state]')?.textContent
  part.replaceWith(document.adoptNode(next))
  if (state) tell(state)
  const again = place && next.querySelector(place)
  again?.focus({ preventScroll: true })
  if (again && top !== undefined) scrollBy(0, again.getBoundingClientRect().top - top)
}

function placeOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`
  const href = element.getAttribute('href')
  if (href) return `[href="${CSS.escape(href)}"]`
  const details = element.closest('details[id]')
  return details ? `#${CSS.escape(details.id)} > summary` : undefined
}

function tell(state) {
  for (const place of document.querySelectorAll('[data-live-state]')) place.textContent = state
}

/** Copies what a button names; where the browser does not let pages copy, there is no button. */
if (!navigator.clipboard)
  for (const button of document.querySelectorAll('[data-copy]')) button.remove()

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.copy)
  button.lastChild.textContent = 'Copied'
})
