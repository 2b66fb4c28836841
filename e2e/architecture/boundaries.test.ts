import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

interface Case {
  /** Path of a file in the tree. */
  file: string
  source: string
  /** The rule that refuses it; `undefined` = it is allowed. */
  rule: string | undefined
}

const boundary = 'lint/style/noRestrictedImports'
const as = 'apps/authorization-server/src'
const rs = 'apps/resource-server/src'

/** Who may not import whom (README, "Map"). */
const forbidden: readonly (readonly [folder: string, modules: readonly string[]])[] = [
  [
    'packages/contracts/src',
    ['@neonpanel/process/log', '@neonpanel/database/open', '@neonpanel/stack'],
  ],
  [
    'packages/process/src',
    ['@neonpanel/contracts/scopes', '@neonpanel/database/open', '@neonpanel/resource-server'],
  ],
  [
    'prisma/src',
    ['@neonpanel/contracts/scopes', '@neonpanel/process/log', '@neonpanel/authorization-server'],
  ],
  [
    as,
    [
      '@neonpanel/resource-server',
      '@neonpanel/resource-server/config',
      '@neonpanel/stack',
      '@neonpanel/testing-kit',
      'neonpanel',
    ],
  ],
  [
    rs,
    [
      '@neonpanel/authorization-server',
      '@neonpanel/authorization-server/config',
      '@neonpanel/stack',
      '@neonpanel/testing-kit',
      'neonpanel',
    ],
  ],
  [
    'packages/flows/src',
    ['@neonpanel/authorization-server', '@neonpanel/stack', '@neonpanel/resource-server'],
  ],
  [
    'packages/faults/src',
    ['@neonpanel/authorization-server', '@neonpanel/resource-server', '@neonpanel/stack'],
  ],
  ['packages/publishing/src', ['@neonpanel/stack', '@neonpanel/testing-kit']],
  [
    'packages/flows/src/verdicts',
    ['@neonpanel/database/open', '@neonpanel/contracts/scopes', '../load.ts', 'koa'],
  ],
  ['packages/stack/src', ['@neonpanel/contracts/scopes', '@neonpanel/testing-kit', 'neonpanel']],
  [
    'packages/testing-kit/src',
    ['@neonpanel/authorization-server', '@neonpanel/process/log', '@neonpanel/database/open'],
  ],
  [
    'packages/personas/src',
    [
      '@neonpanel/stack',
      '@neonpanel/doctor',
      '@neonpanel/process/log',
      '@neonpanel/flows/recording/record-flows',
    ],
  ],
  [
    'packages/doctor/src',
    ['@neonpanel/stack', '@neonpanel/flows/recording/journal', '@neonpanel/resource-server'],
  ],
  [
    'packages/cli/src',
    ['@neonpanel/database/open', '@neonpanel/process/log', '@neonpanel/authorization-server'],
  ],
]

const allowed: readonly (readonly [folder: string, modules: readonly string[]])[] = [
  [
    as,
    [
      '@neonpanel/contracts/scopes',
      '@neonpanel/process/log',
      '@neonpanel/database/open',
      'oidc-provider',
    ],
  ],
  [rs, ['@neonpanel/contracts/scopes', '@neonpanel/process/log', '@neonpanel/database/open']],
  [rs, ['@neonpanel/flows/load']],
  ['packages/flows/src', ['@neonpanel/process/log', '@neonpanel/database/open']],
  [
    'packages/faults/src',
    [
      '@neonpanel/contracts/resource-identifier',
      '@neonpanel/database/statement',
      '@neonpanel/flows/story',
      '@neonpanel/process/exchanges',
    ],
  ],
  [
    'packages/stack/src',
    [
      '@neonpanel/authorization-server',
      '@neonpanel/resource-server',
      '@neonpanel/database/open',
      '@neonpanel/process/log',
    ],
  ],
  [
    'packages/personas/src',
    [
      '@neonpanel/contracts/urls',
      '@neonpanel/flows/story',
      '@neonpanel/flows/verdicts/diagnose',
      'jose',
    ],
  ],
  [
    'packages/doctor/src',
    [
      '@neonpanel/contracts/urls',
      '@neonpanel/personas/run-persona',
      '@neonpanel/flows/verdicts/verdict',
    ],
  ],
  [
    'packages/cli/src',
    [
      '@neonpanel/stack',
      '@neonpanel/contracts/scopes',
      '@neonpanel/doctor/examine',
      '@neonpanel/flows/verdicts/verdict',
      '@neonpanel/personas/catalogue',
    ],
  ],
  ['e2e/protocol', ['@neonpanel/stack', '@neonpanel/database/open', '@neonpanel/contracts/scopes']],
]

const importing = (module: string) =>
  `import { thing } from '${module}'\nexport const copy = thing\n`

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => `export const v${n} = ${n}\n`).join('')

const functionOf = (statements: number) =>
  `export function long() {\n${'  process.title = ""\n'.repeat(statements)}}\n`

function importCases(
  table: readonly (readonly [string, readonly string[]])[],
  rule: string | undefined,
): Case[] {
  return table.flatMap(([folder, modules]) =>
    modules.map((module) => ({ file: `${folder}/x.ts`, source: importing(module), rule })),
  )
}

const cases: readonly Case[] = [
  ...importCases(forbidden, boundary),
  ...importCases(allowed, undefined),
  {
    file: `${as}/x.ts`,
    source: importing('../../resource-server/src/metadata.ts'),
    rule: boundary,
  },
  {
    file: `${rs}/mcp/x.ts`,
    source: importing('../../../../packages/stack/src/stack.ts'),
    rule: boundary,
  },
  { file: `${as}/x.ts`, source: importing('oidc-provider/lib/helpers/errors.js'), rule: boundary },
  { file: `${as}/x.test.ts`, source: importing('@neonpanel/resource-server'), rule: boundary },
  {
    file: `${rs}/x.ts`,
    source: importing('left-pad'),
    rule: 'lint/correctness/noUndeclaredDependencies',
  },
  {
    file: `${as}/x.ts`,
    source: 'export const port = process.env.PORT\n',
    rule: 'lint/style/noProcessEnv',
  },
  {
    file: `${as}/x.ts`,
    source: "export * from './y.ts'\n",
    rule: 'lint/performance/noReExportAll',
  },
  { file: `${as}/x.ts`, source: 'export default 1\n', rule: 'lint/style/noDefaultExport' },
  { file: `${as}/Wrong.ts`, source: lines(1), rule: 'lint/style/useFilenamingConvention' },
  { file: `${as}/x.ts`, source: lines(401), rule: 'lint/style/noExcessiveLinesPerFile' },
  { file: `${as}/x.ts`, source: lines(400), rule: undefined },
  {
    file: `${as}/x.ts`,
    source: functionOf(61),
    rule: 'lint/complexity/noExcessiveLinesPerFunction',
  },
  { file: `${as}/x.ts`, source: functionOf(60), rule: undefined },
]

interface Finding {
  category: string
  location: { path: string }
}

/** Lints every case in one run, in an empty copy of the house: its rules and manifests. Findings by case. */
async function lintAll(): Promise<string[][]> {
  const house = mkdtempSync(join(tmpdir(), 'neonpanel-lint-'))
  const write = (file: string, source: string) => {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), source)
  }
  try {
    for (const file of globSync(
      ['biome.json', '{apps,packages}/*/package.json', '{prisma,e2e}/package.json'],
      { cwd: root },
    )) {
      cpSync(join(root, file), join(house, file), { recursive: true })
    }
    const files = cases.map(({ file }, index) => file.replace(/\.(?=(test\.)?ts$)/, `-${index}.`))
    for (const [index, { source }] of cases.entries()) write(files[index] ?? '', source)
    write(
      `${as}/first.ts`,
      "import { second } from './second.ts'\nexport const first = () => second\n",
    )
    write(
      `${as}/second.ts`,
      "import { first } from './first.ts'\nexport const second = () => first\n",
    )
    const findings = await lint(house)
    const of = (file: string) =>
      findings
        .filter(({ location }) => location.path.endsWith(file))
        .map(({ category }) => category)
    return [...files, 'first.ts'].map(of)
  } finally {
    rmSync(house, { recursive: true })
  }
}

/** Runs Biome over a folder. It exits 1 when it finds something. */
function lint(folder: string): Promise<Finding[]> {
  const options = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [biome, 'lint', ...options], { cwd: folder }, (error, stdout) => {
      if (stdout.startsWith('{')) resolve(JSON.parse(stdout).diagnostics)
      else reject(error)
    })
  })
}

const found = await lintAll()

describe('the linter keeps the boundaries', () => {
  for (const [index, { file, source, rule }] of cases.entries()) {
    const subject =
      source.length < 100 ? source.split('\n')[0] : `${source.split('\n').length - 1} lines`
    it(`${rule ? 'refuses' : 'allows'} in ${file}: ${subject}`, () => {
      const categories = found[index] ?? []
      if (rule) expect(categories).toContain(rule)
      else expect(categories).toEqual([])
    })
  }

  it('refuses a circular import', () => {
    expect(found.at(-1)).toContain('lint/suspicious/noImportCycles')
  })
})
