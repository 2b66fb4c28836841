import type { FindingDefinition } from '../finding.ts'

export const reachabilityFindings = {
  no_answer: {
    area: 'reachability',
    level: 'error',
    title: 'Nobody answers',
    why: 'A client gives up where a connection is refused, breaks, or brings no answer in time.',
    breaks: 'every client',
    fix: 'See that {where} answers from where the client runs: name, port, certificate, firewall, and that the process is up.',
    sources: [
      { title: 'RFC 9110 section 9', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9' },
    ],
  },
} as const satisfies Record<string, FindingDefinition>
