#!/usr/bin/env node
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// npm scripts say `exec node <file>`, so that the shell is replaced and npm's signals reach the server itself: a shell in
// between would die of SIGTERM and leave the server behind. Shells of POSIX have `exec` built in and never come here;
// cmd.exe has none and finds this file, which runs the other in its own process.
const [, , , file = ''] = process.argv
await import(pathToFileURL(resolve(file)).href)
