import { z } from 'zod'
import { isoTimeSchema } from '../api/answers.ts'
import { type AuditEvent, auditDetail } from './audit-log.ts'

/** An event on the wire; `at` is ISO 8601 to the millisecond, because order matters here. */
export const auditEventSchema = z
  .object({
    id: z.string(),
    at: isoTimeSchema,
    type: z.string(),
    person_id: z.string().nullable(),
    client_id: z.string().nullable(),
    grant_id: z.string().nullable(),
    correlation_id: z.string().nullable(),
    address: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()).describe('Further ids and reasons'),
  })
  .meta({ id: 'AuditEvent' })

export function describeEvent(event: AuditEvent): z.output<typeof auditEventSchema> {
  return {
    id: event.id,
    at: event.at.toISOString(),
    type: event.type,
    person_id: event.personId,
    client_id: event.clientId,
    grant_id: event.grantId,
    correlation_id: event.correlationId,
    address: event.address,
    detail: auditDetail(event),
  }
}
