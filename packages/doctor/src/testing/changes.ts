import type { Answered, Asked } from './play.ts'

/** Where the two servers are. */
export interface Addresses {
  /** As a person enters it: `http://127.0.0.1:…/mcp`. */
  readonly mcpUrl: string
  /** The resource server's origin. */
  readonly mcpOrigin: string
  readonly issuer: string
  /** The authorization server's origin; the issuer unless it has a path. */
  readonly authOrigin: string
}

/** Members that a test lays over a document; undefined removes one. */
export type Members = Readonly<Record<string, unknown>>

/** Members, those made of the addresses, or null = there is no such document. */
export type DocumentChange = Members | null | ((at: Addresses) => Members | null)

/** What a test changes of the healthy servers. */
export interface Changes {
  /** Path of the MCP endpoint; `/mcp`. */
  readonly mcpPath?: string
  /** Path of the issuer; none. */
  readonly issuerPath?: string
  /** They are called https://mcp.example and https://auth.example; who asks them takes `servers.fetch`. */
  readonly public?: boolean
  /** The MCP endpoint asks for no token, and there is no metadata. */
  readonly open?: boolean
  /** Protected-resource metadata. */
  readonly resource?: DocumentChange
  /** Authorization server metadata, in all its forms. */
  readonly server?: DocumentChange
  /** `WWW-Authenticate` of a request without a valid token; null = none. */
  readonly challenge?: string | null | ((at: Addresses, asked: Asked) => string | null)
  /** Results of MCP methods by name, in place of the healthy ones. */
  readonly results?: Readonly<Record<string, unknown>>
  /** Claims laid over those of every access token. */
  readonly claims?: Members
  /** Header members laid over those of every access token. */
  readonly tokenHeader?: Members
  /** Members laid over every token response. */
  readonly tokenResponse?: Members
  /** Any answer, before all others; undefined = the healthy one. Tell the servers apart by `asked.url.origin`. */
  readonly answer?: (
    asked: Asked,
    at: Addresses,
  ) => Answered | undefined | Promise<Answered | undefined>
  /** Changes the healthy answer before it is sent. */
  readonly mend?: (response: Response, asked: Asked, at: Addresses) => Response | Promise<Response>
}
