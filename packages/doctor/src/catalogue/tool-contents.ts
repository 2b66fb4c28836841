import type { FindingDefinition } from '../finding.ts'
import { chatGptServers, mcp, thread, toolPage } from './sources.ts'

const structured = mcp('server/tools#structured-content', 'Tools, structured content')

/** What can be wrong with what a tool answers. */
export const toolContentFindings = {
  tool_result_malformed: {
    area: 'tools',
    level: 'error',
    title: 'The result of a tool has no content',
    why: 'content is a list of parts, empty perhaps. Clients check it, and show an error of their own where it is missing.',
    breaks: 'every client',
    fix: 'Answer tools/call with "content": [{"type":"text","text":"…"}]; {where} answered {got}.',
    sources: [mcp('server/tools#tool-result', 'Tools, results')],
  },
  structured_content_missing: {
    area: 'tools',
    level: 'error',
    title: 'A tool promises structured content and gives none',
    why: 'Clients of the SDKs refuse a result without structuredContent where the tool has an outputSchema: every call of it fails.',
    breaks: ['claude-code', 'cursor', 'inspector', 'mcp-use'],
    fix: 'Return structuredContent from {where}, or leave its outputSchema out.',
    sources: [structured, thread('oculairmedia/Letta-MCP-server', 102)],
  },
  structured_content_invalid: {
    area: 'tools',
    level: 'error',
    title: 'The answer of a tool does not fit its outputSchema',
    why: 'Clients of the SDKs compare the two and throw the answer away where they differ.',
    breaks: ['claude-code', 'cursor', 'inspector', 'mcp-use'],
    fix: 'Make structuredContent of {where} fit its outputSchema: {got}.',
    sources: [structured, mcp('server/tools#output-schema', 'Tools, output schema')],
  },
  structured_text_differs: {
    area: 'tools',
    level: 'note',
    title: 'The text of an answer is not its structured content',
    why: 'Older clients read the text alone. Where it is something else than the JSON, they and the newer ones see two answers.',
    breaks: [],
    fix: 'In {where}, put JSON.stringify(structuredContent) in one text part as well.',
    sources: [structured],
  },
  tool_result_large: {
    area: 'tools',
    level: 'warning',
    title: 'The answer of a tool is very large',
    why: 'Clients cut long answers: Claude Code at 25,000 tokens, about 100 KB. What the model reads then ends in the middle.',
    breaks: ['claude-code'],
    fix: 'Page the answer of {where}: a limit with a small default and a cursor for more; got {got}.',
    sources: [
      { title: 'Claude Code, MCP output limits', url: 'https://code.claude.com/docs/en/mcp' },
      toolPage,
    ],
  },
  search_result_wrong: {
    area: 'tools',
    level: 'warning',
    title: 'search answers in another shape than ChatGPT reads',
    why: 'ChatGPT reads {"results":[{"id","title","url"}]} as the JSON of one text part. Anything else finds nothing for it.',
    breaks: ['chatgpt'],
    fix: 'Answer search with one text part, the JSON of {"results":[{"id":"…","title":"…","url":"https://…"}]}, also as structuredContent: {got}.',
    sources: [chatGptServers],
  },
  fetch_result_wrong: {
    area: 'tools',
    level: 'warning',
    title: 'fetch answers in another shape than ChatGPT reads',
    why: 'ChatGPT reads {"id","title","text","url"} as the JSON of one text part, and cites the url.',
    breaks: ['chatgpt'],
    fix: 'Answer fetch with one text part, the JSON of {"id":"…","title":"…","text":"…","url":"https://…"}, also as structuredContent: {got}.',
    sources: [chatGptServers],
  },
  search_result_not_fetched: {
    area: 'tools',
    level: 'warning',
    title: 'fetch does not know what search found',
    why: 'ChatGPT gives an id of search to fetch unchanged. Where that fails it has a title and no text.',
    breaks: ['chatgpt'],
    fix: 'Let fetch take every id that search returns to the same person; for {where} it answered {got}.',
    sources: [chatGptServers],
  },
} as const satisfies Record<string, FindingDefinition>
