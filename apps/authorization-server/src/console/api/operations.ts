import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { auditOperations } from './audit.ts'
import { autoConsentOperations } from './auto-consent.ts'
import { clientMetadataHostOperations } from './client-metadata-hosts.ts'
import { clientOperations } from './clients.ts'
import { clockOperations } from './clock.ts'
import { faultOperations } from './faults.ts'
import { flowOperations } from './flows.ts'
import { grantOperations } from './grants.ts'
import { initialAccessTokenOperations } from './initial-access-tokens.ts'
import { keyOperations } from './keys.ts'
import { openApiDocument } from './openapi.ts'
import { type Operation, operation } from './operation.ts'
import { overviewOperation } from './overview.ts'
import { peopleOperations } from './people.ts'
import { refreshLabOperations } from './refresh-lab.ts'
import { requestOperations } from './requests.ts'
import { resetOperation } from './reset.ts'
import { scopeOperation } from './scopes.ts'
import { tokenOperation } from './tokens.ts'

/** Where the paths of the operations begin. */
export const apiPrefix = '/console/api'

/** The OpenAPI document of what the admin API of this server does. */
export function describeApi(context: ServerContext) {
  return openApiDocument(operationsOf(context), `${context.config.issuer}${apiPrefix}`)
}

/** Everything that the admin API of this server does, its own description included. */
export function operationsOf(context: ServerContext): Operation[] {
  const { testControls } = context
  return [
    overviewOperation(context),
    ...flowOperations(context),
    ...clientOperations(context),
    ...initialAccessTokenOperations(context),
    ...peopleOperations(context),
    ...grantOperations(context),
    scopeOperation(context),
    ...keyOperations(context),
    ...auditOperations(context),
    ...(testControls
      ? [
          ...faultOperations(context, testControls),
          ...requestOperations(testControls),
          resetOperation(context, testControls),
          tokenOperation(context),
          ...clockOperations(context),
          ...autoConsentOperations(context),
          ...refreshLabOperations(context),
          ...clientMetadataHostOperations(context),
        ]
      : []),
    operation({
      id: 'describeApi',
      method: 'get',
      path: '/openapi.json',
      tag: 'Description',
      summary: 'This document',
      answer: z.looseObject({ openapi: z.string() }),
      run: () => describeApi(context),
    }),
  ]
}
