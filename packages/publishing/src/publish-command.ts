import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { writeBillOfMaterials } from './bill-of-materials.ts'
import { buildPackage } from './build.ts'
import { checkPackage } from './check.ts'
import { listWorkspaces } from './publication.ts'

// `npm run publish-packages [-- --dry-run]`: builds every workspace that says what of it is published, and publishes the
// versions that the registry does not have yet. The lines `New tag:` tell the release workflow which those were.

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })
const ask = promisify(execFile)

for (const { name, version, publication, folder } of listWorkspaces()) {
  if (publication === undefined) continue
  if (await isPublished(`${name}@${version}`)) {
    console.log(`${name}@${version} is published already.`)
    continue
  }
  const build = await buildPackage(folder)
  await checkPackage(build)
  writeBillOfMaterials(build)
  publish(build)
  console.log(`New tag: ${name}@${version}`)
}

/** The registry answers nothing about a version that it does not have, and 404 about a name. */
async function isPublished(spec: string): Promise<boolean> {
  try {
    const { stdout } = await ask('npm', ['view', spec, 'version', '--json'])
    return stdout.trim() !== ''
  } catch (error) {
    if (String(Object(error).stdout).includes('E404')) return false
    throw error
  }
}

function publish(build: string) {
  const dry = values['dry-run'] ? ['--dry-run'] : []
  const { status } = spawnSync('npm', ['publish', join(build, '.'), '--access', 'public', ...dry], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`npm publish ended with ${status}.`)
}
