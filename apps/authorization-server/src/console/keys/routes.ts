import type Router from '@koa/router'
import type { ServerContext } from '../../context.ts'
import { routes } from '../../provider/configuration.ts'
import { listSigningKeys } from '../../provider/signing-keys.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { noticeOf } from '../notice.ts'
import { backTo, show } from '../show.ts'
import { keyStates } from './key-states.ts'
import { keysPage } from './pages.ts'
import { rotateKeys } from './rotation.ts'

const section = '/console/keys'

export function keysRoutes(router: Router, context: ServerContext): void {
  router.get('/keys', async (ctx) => {
    const main = keysPage({
      viewer: signedIn(ctx).viewer,
      notice: noticeOf(ctx),
      keys: keyStates(await listSigningKeys(context)),
      jwksUrl: `${context.config.issuer}${routes.jwks}`,
    })
    show(context, ctx, { title: 'Keys', section, main })
  })
  router.post('/keys/rotate', async (ctx) => {
    await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    await rotateKeys(context, administrator(ctx))
    backTo(ctx, section, 'keys-rotated')
  })
}
