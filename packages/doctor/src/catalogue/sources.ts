import type { Source } from '../finding.ts'

/** A section of an RFC. What findings rest on stands here, so that each address is written once. */
export const rfc = (number: number, section: string): Source => ({
  title: `RFC ${number} section ${section}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
})

/** A page of MCP 2025-11-25, such as `basic/authorization#error-handling`. */
export const mcp = (page: string, title: string): Source => ({
  title: `MCP 2025-11-25, ${title}`,
  url: `https://modelcontextprotocol.io/specification/2025-11-25/${page}`,
})

/** A page of MCP 2026-07-28. */
export const mcpNewest = (page: string, title: string): Source => ({
  title: `MCP 2026-07-28, ${title}`,
  url: `https://modelcontextprotocol.io/specification/2026-07-28/${page}`,
})

/** A thread on GitHub. */
export const thread = (repository: string, number: number): Source => ({
  title: `${repository}#${number}`,
  url: `https://github.com/${repository}/issues/${number}`,
})

export const claudeAuthentication: Source = {
  title: 'Claude, connector authentication',
  url: 'https://claude.com/docs/connectors/building/authentication',
}

export const appsSdkAuthentication: Source = {
  title: 'OpenAI Apps SDK, authentication',
  url: 'https://developers.openai.com/apps-sdk/build/auth',
}

export const appsSdkServers: Source = {
  title: 'OpenAI Apps SDK, MCP server',
  url: 'https://developers.openai.com/apps-sdk/build/mcp-server',
}

export const chatGptServers: Source = {
  title: 'OpenAI, Building MCP servers for ChatGPT',
  url: 'https://platform.openai.com/docs/mcp',
}

export const toolPage = mcp('server/tools', 'Tools')
export const scopeChallenges = mcp(
  'basic/authorization#scope-challenge-handling',
  'Authorization, scope challenges',
)
export const tokenHandling = mcp(
  'basic/authorization#token-handling',
  'Authorization, token handling',
)
export const tokenTheft = mcp('basic/authorization#token-theft', 'Authorization, token theft')
