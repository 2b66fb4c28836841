import { sentencesOf } from './requirement.ts'

/**
 * SPEC-MATRIX part C: the clients that people use. Those that a package brings are run as they are (`e2e/clients`); what
 * the others send is known and sent (`e2e/protocol/real-clients-registration.test.ts`).
 */
export const realClients = sentencesOf('SPEC-MATRIX', 'C', {
  'CL-06':
    'The MCP Inspector’s command line works by registration, metadata document and pre-registered id, and steps up.',
  'CL-07':
    'mcp-remote works by registration, metadata document and static client information, over every transport it has.',
  'CL-13': 'Clients of the MCP TypeScript SDK, v1 and v2, work by every way in, and step up.',
})

/** Libraries that apps sign in with, and a tool that judges servers: not in the matrix, but people come with them. */
export const otherClients = sentencesOf('PRODUCT', 'clients', {
  'client-mcpjam': 'MCPJam’s OAuth and MCP conformance tests fail nothing.',
  'client-openid-client':
    'openid-client discovers, registers with an initial access token, signs in, renews, revokes, and proves its key.',
  'client-oauth4webapi':
    'oauth4webapi finds its way from the resource, registers, signs in, renews, revokes, and proves its key.',
})
