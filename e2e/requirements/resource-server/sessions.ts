import { must, product, rowsOf, should } from '../row.ts'

/** SPEC-MATRIX B.6: revisions 2025-03-26, 2025-06-18 and 2025-11-25. */
export const sessions = rowsOf('B.6', {
  'RS-73': must(
    'lifecycle',
    'The version that is asked for is negotiated, or else 2025-11-25, the newest with sessions.',
  ),
  'RS-74': must(
    'transports, sessions',
    'A session id is visible ASCII and random; without it later requests are 400, and after its end 404.',
  ),
  'RS-75': should('transports, sessions', 'DELETE ends the session.'),
  'RS-76': product(
    'availability',
    'Sessions end when idle, and are limited for each person and in all.',
  ),
  'RS-77': must(
    '2025-06-18 and 2025-11-25 transports',
    'A version that is not supported is 400 within a session; without one 2025-03-26 is assumed.',
  ),
  'RS-78': must('2025-03-26 basic', 'Batches are answered in sessions of 2025-03-26 and no other.'),
  'RS-79': must(
    'transports',
    'Notifications and responses are 202, requests are answered by JSON or a stream, and a message travels on one stream only.',
  ),
  'RS-80': must(
    '2025-11-25 transports',
    'Event ids, where there are any, are unique in the session and resume that stream only.',
  ),
  'RS-81': should('transports', 'A lost connection is no cancellation.'),
  'RS-82': must(
    'the utilities of each revision',
    'ping is answered, and what is not offered as a capability is refused.',
  ),
  'RS-83': must(
    'authorization',
    'Every request of a session has a token, which may change for the same person and client.',
  ),
})
