#!/usr/bin/env node
import { runStack } from '@neonpanel/stack/run'

// `neonpanel-stack`, for tests that are written in another language: both servers as the environment says, and the line
// `ready issuer=… mcp=…` once they answer.
// biome-ignore lint/style/noProcessEnv: the entry hands the environment to the one reader of each server
await runStack(process.env)
