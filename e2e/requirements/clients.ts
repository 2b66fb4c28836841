import { sentencesOf } from './requirement.ts'

/**
 * SPEC-MATRIX part C: the clients that people use. Those that a package brings are run as they are (`e2e/clients`); the
 * others are played by personas, which send what is known of them (`e2e/clients/personas.test.ts`).
 */
export const realClients = sentencesOf('SPEC-MATRIX', 'C', {
  'CL-01':
    'ChatGPT works by its metadata document and key, and when it connects again without scope.',
  'CL-02': 'Claude works by its metadata document, without offline_access.',
  'CL-03': 'Claude Code works by its metadata document, and its processes renew at one moment.',
  'CL-04': 'VS Code works by its metadata document, on whatever loopback port.',
  'CL-05': 'Cursor works by registration and by an entered id, over its own scheme.',
  'CL-06':
    'The MCP Inspector’s command line works by registration, metadata document and pre-registered id, and steps up.',
  'CL-07':
    'mcp-remote works by registration, metadata document and static client information, over every transport it has.',
  'CL-08': 'Gemini CLI works by registration and by an entered id, with audience.',
  'CL-09': 'Codex works by its metadata document, and renews without resource.',
  'CL-10': 'mcp-use works from a page, by registration and by an entered id.',
  'CL-13': 'Clients of the MCP TypeScript SDK, v1 and v2, work by every way in, and step up.',
})

/** Libraries that apps sign in with, a tool that judges servers, and what our personas promise: not in the matrix. */
export const otherClients = sentencesOf('PRODUCT', 'clients', {
  'client-mcpjam': 'MCPJam’s OAuth and MCP conformance tests fail nothing.',
  'client-openid-client':
    'openid-client discovers, registers with an initial access token, signs in, renews, revokes, and proves its key.',
  'client-oauth4webapi':
    'oauth4webapi finds its way from the resource, registers, signs in, renews, revokes, and proves its key.',
  'cli-connect':
    '`neonpanel connect` behaves as each persona at any server, tells it step by step, and ends with the verdict.',
  'cli-doctor':
    '`neonpanel doctor` says of any MCP server what is wrong first, whom it breaks and how to mend it, for people and programs.',
  'cli-sign-in':
    '`neonpanel login` signs in at any MCP server, in the browser or by a code; its tokens are kept privately, renewed once whoever asks, and revoked by `logout`.',
  'cli-tools':
    '`neonpanel tools` lists, describes and calls the tools of any MCP server, and names the command that helps where it cannot.',
  'connect-programs': 'The programs of docs/connect/your-own-client.md run as they stand.',
  'persona-verdict': 'A persona that is stopped says at which step, and why.',
  'persona-told':
    'The servers tell what each persona does as one story, complete and without blame.',
  'persona-registered':
    'A persona goes the way that it is told: a token for its registration, an entered id, entered scopes.',
})
