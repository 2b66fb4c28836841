import { must, product, rowsOf, should } from '../row.ts'

const chatgpt = 'OpenAI, MCP servers for ChatGPT'

/** SPEC-MATRIX B.8: tools, and what ChatGPT expects of them. */
export const tools = rowsOf('B.8', {
  'RS-89': must(
    chatgpt,
    'search takes a query and gives id, title and url; no match is an empty list.',
  ),
  'RS-90': must(
    chatgpt,
    'fetch takes an id and gives id, title, text and url; an unknown id is a tool error.',
  ),
  'RS-91': must(
    `${chatgpt}; MCP server/tools`,
    'A result is structured, valid against outputSchema, and the same once more as its only text.',
  ),
  'RS-92': must(
    `${chatgpt}; MCP server/tools`,
    'What search finds can be fetched by the same person, has an absolute url, and is found and fetched by nobody without the right to it.',
  ),
  'RS-93': should(
    'Apps SDK; MCP server/tools',
    'Annotations are true: what only reads says so, what writes says what it may destroy.',
  ),
  'RS-94': product(
    'Apps SDK',
    'securitySchemes of a tool, and their copy in _meta, are the scopes that are enforced.',
  ),
  'RS-95': product(
    'Apps SDK; Claude',
    'Lack of authorization is HTTP 401 or 403, and a tool result with mcp/www_authenticate only where tools can be seen without a token.',
  ),
  'RS-96': should(
    'MCP server/tools',
    'Tool names are unique, of the allowed characters and length; titles and descriptions are safe text.',
  ),
  'RS-97': must(
    'MCP server/tools',
    'An unknown tool is -32602, arguments that do not fit are a tool error, and no failure shows a stack.',
  ),
  'RS-98': must(
    'MCP server/tools, security',
    'Input is validated, output is as declared, access is controlled, and calls are limited in number and time.',
  ),
  'RS-99': product(
    'MCP server/tools; step-up',
    'tools/list shows every tool to every token, so that step-up can happen.',
  ),
})
