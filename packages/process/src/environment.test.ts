import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  EnvironmentError,
  flag,
  nonNegativeInteger,
  parseEnvironment,
  port,
  positiveInteger,
  processEnvironment,
} from './environment.ts'

const schema = z.object({
  PORT: port.default(4400),
  LIMIT: positiveInteger.optional(),
  LEEWAY: nonNegativeInteger.default(10),
  SWITCH: flag.default(false),
  SECRET: z.string({ error: 'must be text' }).min(8, 'must have 8 characters or more').optional(),
})

function problemsOf(environment: Record<string, string>, of: z.ZodType = schema) {
  try {
    parseEnvironment(of, environment)
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems
    throw error
  }
  return []
}

describe('parseEnvironment', () => {
  it('fills in defaults and ignores what it does not know', () => {
    expect(parseEnvironment(schema, { HOME: '/home/somebody' })).toEqual({
      PORT: 4400,
      LEEWAY: 10,
      SWITCH: false,
    })
  })

  it('takes an empty string for unset', () => {
    expect(parseEnvironment(schema, { PORT: '', SECRET: '' })).toMatchObject({ PORT: 4400 })
  })

  it.each([
    ['true', true],
    ['on', true],
    ['1', true],
    ['TRUE', true],
    ['false', false],
    ['off', false],
    ['0', false],
  ])('reads the switch %s', (text, value) => {
    expect(parseEnvironment(schema, { SWITCH: text }).SWITCH).toBe(value)
  })

  it('reads every port and refuses every larger number', () => {
    fc.assert(
      fc.property(fc.nat(200_000), (number) => {
        const problems = problemsOf({ PORT: String(number) })
        expect(problems).toHaveLength(number <= 65_535 ? 0 : 1)
      }),
    )
  })

  it.each(['-1', '80.5', '1e3', '0x50', 'http', ' 80', '65536', '99999999999999999999'])(
    'refuses %j as a port',
    (text) => {
      expect(problemsOf({ PORT: text })).toEqual(['PORT must be a port from 0 to 65535'])
    },
  )

  it.each(['0', '-5', '1.5', 'ten'])('refuses %j where a number above 0 is needed', (text) => {
    expect(problemsOf({ LIMIT: text })).toEqual(['LIMIT must be a whole number above 0'])
  })

  it.each(['maybe', 'tru', '2'])('refuses %j as a switch', (text) => {
    expect(problemsOf({ SWITCH: text })).toEqual(['SWITCH must be true or false'])
  })

  it('reports all problems at once, one per variable', () => {
    expect(problemsOf({ PORT: 'x', LIMIT: '0', SWITCH: 'maybe' })).toEqual([
      'PORT must be a port from 0 to 65535',
      'LIMIT must be a whole number above 0',
      'SWITCH must be true or false',
    ])
  })

  it('says that a required variable is missing', () => {
    const required = z.object({ APP_SECRET: z.string() })
    expect(problemsOf({}, required)).toEqual(['APP_SECRET is required'])
  })

  it('keeps the message of a rule that looks at several variables', () => {
    const rule = schema.superRefine((_, context) => {
      context.addIssue({ code: 'custom', path: ['SECRET'], message: 'is required off loopback' })
    })
    expect(problemsOf({}, rule)).toEqual(['SECRET is required off loopback'])
  })

  it('never prints a value', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{5,7}$/), (secret) => {
        const text = problemsOf({ SECRET: secret, PORT: secret, SWITCH: secret }).join(' ')
        expect(text).toContain('SECRET must have 8')
        expect(text).not.toContain(` ${secret} `)
      }),
    )
  })
})

describe('processEnvironment', () => {
  const shape = z.object(processEnvironment)

  it('listens on loopback only, behind no proxy, unless told otherwise', () => {
    expect(parseEnvironment(shape, {})).toMatchObject({
      HOST: '127.0.0.1',
      TRUST_PROXY: false,
      LOG_LEVEL: 'info',
    })
  })

  it('logs JSON when nobody watches', () => {
    expect(parseEnvironment(shape, {}).LOG_FORMAT).toBe(process.stdout.isTTY ? 'pretty' : 'json')
  })

  it.each([
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['TRUST_PROXY', '10.0.0.1'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value }, shape)).toHaveLength(1)
  })

  it('describes every variable for the configuration table', () => {
    for (const field of Object.values(processEnvironment)) {
      expect(field.meta()?.description).toMatch(/\w/)
    }
  })
})
