/** The registered address that begins most like the requested one. */
export function nearestAddress(
  requested: string,
  registered: readonly string[],
): string | undefined {
  const alike = (uri: string) => {
    const end = [...uri].findIndex((character, index) => character !== requested[index])
    return end === -1 ? uri.length : end
  }
  return [...registered].sort((a, b) => alike(b) - alike(a))[0]
}

/** Names the part in which two addresses differ, where there is a name for it. */
export function differenceBetween(requested: string, registered: string): string {
  if (!URL.canParse(requested)) return 'Here the requested value is not a URL.'
  const a = new URL(requested)
  const b = new URL(registered)
  if (a.protocol !== b.protocol) return 'Here the scheme differs.'
  if (a.hostname !== b.hostname) return 'Here the host differs.'
  if (a.port !== b.port) return 'Here the port differs.'
  if (a.pathname !== b.pathname) {
    const slash = a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '')
    return slash ? 'Here a trailing slash differs.' : 'Here the path differs.'
  }
  if (a.search !== b.search) return 'Here the query differs.'
  return a.hash === b.hash ? 'Here the spelling differs.' : 'Here the fragment differs.'
}
