import type { Source } from '@neonpanel/doctor/finding'

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

export const fetchCors: Source = {
  title: 'Fetch, CORS protocol',
  url: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
}
