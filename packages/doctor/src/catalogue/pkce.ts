import type { FindingDefinition } from '../finding.ts'
import { appsSdkAuthentication, mcp, rfc, thread } from './sources.ts'

const area = 'pkce'
const codeProtection = mcp(
  'basic/authorization#authorization-code-protection',
  'Authorization, authorization code protection',
)

export const pkceFindings = {
  pkce_not_announced: {
    area,
    level: 'error',
    title: 'The metadata does not say that PKCE is supported',
    why: 'Clients protect the authorization code by PKCE and have to refuse a server that does not list it. ChatGPT, Zed and others do refuse; the TypeScript SDK is lenient.',
    breaks: ['chatgpt'],
    fix: 'Add "code_challenge_methods_supported": ["S256"] to the metadata, in all its forms. Where the provider (Entra, Cognito) leaves it out, serve a copy of its document with the member added.',
    sources: [
      codeProtection,
      appsSdkAuthentication,
      thread('zed-industries/zed', 60358),
      thread('modelcontextprotocol/typescript-sdk', 2831),
    ],
  },
  pkce_without_s256: {
    area,
    level: 'error',
    title: 'PKCE is offered without S256',
    why: 'S256 is the only method that MCP clients use. Where others are listed and this is not, they stop.',
    breaks: 'every client',
    fix: 'Support S256 and list it: "code_challenge_methods_supported": ["S256"].',
    sources: [
      codeProtection,
      rfc(7636, '4.2'),
      thread('empires-security/mcp-oauth2-aws-cognito', 9),
    ],
  },
  pkce_plain_offered: {
    area,
    level: 'warning',
    title: 'PKCE is offered with plain, too',
    why: 'With plain the challenge is the verifier: who sees the authorization request can use the code. An attacker in the way could ask for it.',
    breaks: [],
    fix: 'Switch plain off and list S256 alone.',
    sources: [rfc(9700, '2.1.1'), rfc(7636, '7.2')],
  },
} as const satisfies Record<string, FindingDefinition>
