/**
 * Why a request was refused, more exactly than its answer may say: a machine's word, and two values that should have been
 * the same. The audit log keeps it, and the verdicts of flows are made from it (packages/flows/src/verdicts). No value is
 * a secret.
 */
export interface RefusalReason {
  readonly reason: string
  readonly got?: string
  readonly expected?: string
}

const explained = new WeakMap<object, RefusalReason>()

/** For whoever finds the reason and leaves the refusal to the provider. */
export function explainRefusal(
  ctx: { readonly req: object } | undefined,
  reason: RefusalReason,
): void {
  if (ctx) explained.set(ctx.req, reason)
}

/** What was found before the provider refused. */
export function explainedReason(ctx: { readonly req: object }): RefusalReason | undefined {
  return explained.get(ctx.req)
}
