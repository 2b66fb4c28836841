import { describe, expect, it } from 'vitest'
import { publishedManifest } from './manifest.ts'
import type { Manifest } from './publication.ts'

const source: Manifest = {
  name: '@neonpanel/sample',
  version: '1.2.3',
  description: 'A sample.',
  license: 'MIT',
  dependencies: { '@neonpanel/private': '*', koa: '^3.0.0' },
  peerDependencies: { vitest: '>=3' },
  peerDependenciesMeta: { vitest: { optional: true } },
  publication: {
    exports: { '.': './src/sample.ts', './vitest': './src/fixtures/vitest.ts' },
    bin: { sample: './src/start.ts' },
    optional: ['pg'],
  },
}

const workspaces: Manifest[] = [
  source,
  { name: '@neonpanel/private', version: '1.0.0', dependencies: { jose: '6.1.0', pg: '^8.0.0' } },
  { name: '@neonpanel/other', version: '1.0.0', dependencies: { 'left-pad': '^1.0.0' } },
]

const publish = (imports: string[], all = workspaces, common = {}) =>
  publishedManifest(source, { imports: new Set(imports), workspaces: all, common })

describe('publishedManifest', () => {
  it('depends on what is imported, in the versions of the workspaces, and on no workspace', () => {
    expect(publish(['koa', 'jose']).dependencies).toEqual({ jose: '6.1.0', koa: '^3.0.0' })
  })

  it('leaves peers to the project that installs it, and what only some need', () => {
    const manifest = publish(['koa', 'vitest', 'pg'])
    expect(manifest.dependencies).toEqual({ koa: '^3.0.0' })
    expect(manifest.peerDependencies).toEqual({ pg: '^8.0.0', vitest: '>=3' })
    expect(manifest.peerDependenciesMeta).toEqual({
      pg: { optional: true },
      vitest: { optional: true },
    })
  })

  it('leads to the build, types first', () => {
    expect(publish([])).toMatchObject({
      exports: {
        '.': { types: './dist/sample.d.ts', default: './dist/sample.js' },
        './vitest': { types: './dist/vitest.d.ts', default: './dist/vitest.js' },
      },
      bin: { sample: 'dist/start.js' },
    })
  })

  it('has the name, version and licence of the source, and nothing that keeps it private', () => {
    const manifest = publish([], workspaces, { engines: { node: '>=24' } })
    expect(manifest).toMatchObject({
      name: '@neonpanel/sample',
      version: '1.2.3',
      license: 'MIT',
      engines: { node: '>=24' },
    })
    expect(manifest).not.toHaveProperty('private')
    expect(manifest).not.toHaveProperty('publication')
  })

  it('refuses an import that no workspace answers for', () => {
    expect(() => publish(['is-odd'])).toThrow('is-odd is imported, and no workspace depends on it.')
  })

  it('refuses two versions of one package', () => {
    const disagreeing = [
      ...workspaces,
      { name: 'x', version: '1.0.0', dependencies: { koa: '^2.0.0' } },
    ]
    expect(() => publish(['koa'], disagreeing)).toThrow('koa is asked for as ^3.0.0 and ^2.0.0.')
  })
})
