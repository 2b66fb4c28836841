import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { environmentSchema as authorizationSchema } from '@neonpanel/authorization-server/config'
import { environmentSchema as resourceSchema } from '@neonpanel/resource-server/config'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const readmePath = fileURLToPath(new URL('../../README.md', import.meta.url))
const readme = readFileSync(readmePath, 'utf8')

interface Variable {
  name: string
  fallback: string
  description: string
}

function variablesOf(schema: z.ZodObject): Variable[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description = '', fallback } = field.meta() ?? {}
    return { name, description, fallback: String(fallback ?? defaultOf(field)) }
  })
}

function defaultOf(field: unknown): string {
  return field instanceof z.ZodDefault ? `\`${field.def.defaultValue}\`` : 'required'
}

const authorization = variablesOf(authorizationSchema)
const resource = variablesOf(resourceSchema)
const namesOf = (variables: readonly Variable[]) => variables.map(({ name }) => name)

function renderTable(): string {
  const own = resource.filter(({ name }) => !namesOf(authorization).includes(name))
  const rows = [...authorization, ...own].map(({ name, fallback, description }) => {
    const readers = [authorization, resource].map((all) => (namesOf(all).includes(name) ? '●' : ''))
    return `| ${[`\`${name}\``, fallback, description, ...readers].join(' | ')} |`
  })
  const head = '| variable | default | meaning | AS | RS |\n|---|---|---|:-:|:-:|'
  return [head, ...rows].join('\n')
}

const section = /(?<=<!-- configuration -->\n)[\s\S]*?(?=<!-- \/configuration -->)/

describe('the configuration table of the README', () => {
  it('is marked', () => {
    expect(readme.match(new RegExp(section, 'g'))).toHaveLength(1)
  })

  // Renew it with: npm run readme
  it('says what the schemas of both servers say', async () => {
    const renewed = readme.replace(section, () => `${renderTable()}\n`)
    await expect(renewed).toMatchFileSnapshot(readmePath)
  })
})

describe('the environment schemas', () => {
  it('describe every variable', () => {
    for (const { name, description } of [...authorization, ...resource]) {
      expect(description, name).toMatch(/\w/)
    }
  })

  it('agree on the variables that both servers read', () => {
    for (const variable of authorization) {
      const other = resource.find(({ name }) => name === variable.name)
      if (other) expect(other).toEqual(variable)
    }
  })

  it('know every variable of the contract, and a seed file besides', () => {
    const contract =
      'AUTH_PORT MCP_PORT HOST ISSUER_URL MCP_URL DATABASE_URL DATA_DIR SEED ADMIN_TOKEN APP_SECRET ACCESS_TOKEN_TTL_SECONDS AUTHORIZATION_CODE_TTL_SECONDS REFRESH_TOKEN_TTL_SECONDS INITIAL_ACCESS_TOKEN_TTL_SECONDS ACCESS_TOKEN_FORMAT REVOCATION_CHECK_SECONDS REGISTRATION_MODE LEGACY_SSE REFRESH_LEEWAY_SECONDS TRUST_PROXY TEST_CONTROLS LOG_LEVEL LOG_FORMAT'
    const known = new Set(namesOf([...authorization, ...resource]))
    expect([...known].sort()).toEqual([...contract.split(' '), 'SEED_FILE'].sort())
  })
})
