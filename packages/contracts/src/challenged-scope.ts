/**
 * The parameter of an introspection request by which the resource server says that it answers the token with 403
 * `insufficient_scope`: the space-delimited scopes of its challenge. RFC 7662 section 2.1 lets a resource server tell the
 * context of its question.
 */
export const challengedScopeParameter = 'challenged_scope'
