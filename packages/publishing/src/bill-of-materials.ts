import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { embedded, readManifest, repository } from './publication.ts'

/** A component of a CycloneDX document, as far as it is looked at here. */
export interface Component {
  readonly 'bom-ref': string
  readonly licenses?: readonly { license?: { id?: string; name?: string }; expression?: string }[]
  readonly [member: string]: unknown
}

interface BillOfMaterials {
  readonly components: Component[]
  readonly [member: string]: unknown
}

/** What may be brought along without asking anybody: licences that want no more than to be named. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
])

/**
 * Writes what a built package brings along where it is installed, with versions, hashes and licences, as `sbom.cdx.json`
 * into it (CycloneDX, by `npm sbom`): its dependencies as the registry resolves them today, and what it embeds.
 *
 * @param build folder of the package
 * @throws when something has another licence than those that want no more than to be named
 */
export function writeBillOfMaterials(build: string): void {
  const npm = (...words: string[]) =>
    execFileSync('npm', words, { cwd: build, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  npm('install', '--package-lock-only', '--ignore-scripts')
  const described = npm('sbom', '--package-lock-only', '--sbom-format=cyclonedx')
  rmSync(join(build, 'package-lock.json'))
  const bill: BillOfMaterials = JSON.parse(described)
  bill.components.push(...embedded.map(componentOf))
  const others = bill.components.filter((component) => !isPermissive(component))
  if (others.length > 0) {
    const list = others.map((one) => `${one['bom-ref']}: ${JSON.stringify(one.licenses ?? [])}`)
    throw new Error(`Nobody has agreed to these licences:\n${list.join('\n')}`)
  }
  writeFileSync(join(build, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
}

/** Whether each of its licences wants no more than to be named. */
export function isPermissive({ licenses = [] }: Component): boolean {
  const ids = licenses.map(({ license, expression }) => license?.id ?? expression ?? '')
  return ids.length > 0 && ids.every((id) => permissive.has(id))
}

function componentOf(name: string): Component {
  const { version, license } = readManifest(join(repository, 'node_modules', name))
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl,
    licenses: [{ license: license === undefined ? {} : { id: license } }],
  }
}
