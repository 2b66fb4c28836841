import type { Source } from '@neonpanel/doctor/finding'

/** A thread: `owner/repository#number`. */
export function thread(text: `${string}/${string}#${number}`): Source {
  const [repository, number] = text.split('#')
  return { title: text, url: `https://github.com/${repository}/issues/${number}` }
}

/** A section of an RFC. */
export function rfc(number: number, section: string): Source {
  return {
    title: `RFC ${number} section ${section}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
  }
}

/** A page of a revision of MCP, such as `basic/authorization#token-handling`. */
export function mcp(revision: string, page: string): Source {
  return {
    title: `MCP ${revision}, ${page
      .replace(/^\w+\//, '')
      .replaceAll('-', ' ')
      .replace('#', ', ')}`,
    url: `https://modelcontextprotocol.io/specification/${revision}/${page}`,
  }
}

export const claude: Source = {
  title: 'Claude, connector authentication',
  url: 'https://claude.com/docs/connectors/building/authentication',
}

export const fetchCors: Source = {
  title: 'Fetch, CORS protocol',
  url: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
}
