import { relative } from 'node:path'
import { buildPackage } from './build.ts'
import { checkPackage } from './check.ts'

// `npm run build` of a workspace that is published: npm runs it in the workspace's folder.
const folder = await buildPackage(process.cwd())
await checkPackage(folder)
console.log(`built ${relative(process.cwd(), folder)}`)
