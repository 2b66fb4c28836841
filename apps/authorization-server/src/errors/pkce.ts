/** What an authorization request sends in place of a usable code challenge. */
export interface PkceProblem {
  /** As it was sent, in words where it was not. */
  readonly got: string
  readonly says: string
}

/** What is wrong with a request's PKCE parameters (RFC 7636 section 4.3); undefined when nothing is. */
export function pkceProblem(
  parameters: Readonly<Record<string, unknown>>,
): PkceProblem | undefined {
  const { code_challenge: challenge, code_challenge_method: method } = parameters
  if (typeof parameters.request_uri === 'string') return undefined
  if (typeof challenge !== 'string' || challenge === '') {
    return { got: 'no code_challenge', says: 'The app sends no code_challenge.' }
  }
  if (method === undefined || method === '') {
    return {
      got: 'no code_challenge_method',
      says: 'Without code_challenge_method the challenge counts as plain.',
    }
  }
  if (method !== 'S256') {
    return {
      got: `code_challenge_method=${method}`,
      says: 'Only S256 is accepted: a plain challenge is the verifier itself.',
    }
  }
  if (!/^[\w-]{43}$/.test(challenge)) {
    return {
      got: `a code_challenge of ${challenge.length} characters`,
      says: 'An S256 challenge is 43 characters of base64url, without padding.',
    }
  }
  return undefined
}
