/** How many failures count as too many, and within what time. */
export interface FailureLimit {
  /** Prefix of the counters' keys. */
  readonly name: string
  readonly failures: number
  readonly windowSeconds: number
}

const minute = 60
const quarterOfAnHour = 15 * minute

/**
 * Failures that are counted, and only failures: an honest request costs no query. Vendors of clients send the requests of many
 * people from a few addresses, so that an address alone never stops a request that would succeed.
 */
export const failureLimits = {
  /** Wrong passwords for one account from one address; another address of the same person is not affected. */
  account: { name: 'sign-in', failures: 5, windowSeconds: quarterOfAnHour },
  /** Wrong passwords from one address for any account: an office shares one, and mistakes that end in success do not count. */
  signInAddress: { name: 'sign-in-address', failures: 60, windowSeconds: quarterOfAnHour },
  /** Wrong credentials of one client from one address: a server with an old secret tries a few times a minute. */
  client: { name: 'client', failures: 30, windowSeconds: minute },
  /** Clients that do not exist, from one address: forgotten ones of a vendor come back together. */
  unknownClient: { name: 'unknown-client', failures: 100, windowSeconds: minute },
  /** Codes and refresh tokens that are not good, of one client from one address, without a good one between. */
  grant: { name: 'grant', failures: 100, windowSeconds: minute },
  /** Wrong initial and registration access tokens from one address; a good one is never refused for them. */
  registration: { name: 'registration', failures: 100, windowSeconds: minute },
  /** Unknown user codes from one address: 20 of 2.6·10¹⁰ in a quarter of an hour (RFC 8628 section 5.1). */
  userCode: { name: 'user-code', failures: 20, windowSeconds: quarterOfAnHour },
  /** Metadata documents that could not be used, by their host: this server is nobody's tool to knock at it. */
  documentHost: { name: 'document-host', failures: 30, windowSeconds: minute },
  /** The same by the address that named them: whoever tries host after host. */
  documentAddress: { name: 'document-address', failures: 30, windowSeconds: minute },
  /** Failed fetches of one key set: a client whose keys are gone does not make this server ask for them with every request. */
  keySet: { name: 'key-set', failures: 30, windowSeconds: minute },
} as const satisfies Record<string, FailureLimit>
