import type { Context } from 'koa'
import { findClient } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { findInitialAccessToken } from '../../initial-access-tokens/initial-access-tokens.ts'
import { signedIn } from '../../web/signed-in.ts'
import { listGrants } from '../grants.ts'
import { noticeOf } from '../notice.ts'
import { show } from '../show.ts'
import { namesOfPeople } from '../users/administration.ts'
import { withGrants } from './client-list.ts'
import { clientPage } from './client-page.ts'
import { documentClientPage } from './document-client-page.ts'
import { documentHost, findDocumentClient } from './document-clients.ts'

/**
 * Answers with a client's page; with nothing when there is no such client.
 *
 * @param newSecret shown once, right after it was made
 */
export async function showClient(
  context: ServerContext,
  ctx: Context,
  clientId: string,
  newSecret?: string,
): Promise<void> {
  const { database } = context
  const client = await findClient(database, clientId)
  if (!client) return showDocumentClient(context, ctx, clientId)
  const [listed] = await withGrants(database, [client])
  const reviewers = await namesOfPeople(context, [client.reviewedBy])
  const jti = client.initialAccessTokenJti
  const main = clientPage({
    viewer: signedIn(ctx).viewer,
    notice: noticeOf(ctx),
    client: listed!,
    grants: await listGrants(database, { clientId, active: true }, { limit: 50 }),
    newSecret,
    madeBy: jti === null ? undefined : await findInitialAccessToken(database, jti),
    reviewerName: reviewers.get(client.reviewedBy ?? ''),
  })
  show(
    context,
    ctx,
    { title: client.name, section: '/console/clients', main },
    newSecret ? 201 : 200,
  )
}

async function showDocumentClient(
  context: ServerContext,
  ctx: Context,
  clientId: string,
): Promise<void> {
  const { database } = context
  const client = await findDocumentClient(database, clientId)
  if (!client) return
  const main = documentClientPage({
    viewer: signedIn(ctx).viewer,
    notice: noticeOf(ctx),
    client,
    grants: await listGrants(database, { clientId, active: true }, { limit: 50 }),
  })
  show(context, ctx, { title: documentHost(client), section: '/console/clients', main })
}
