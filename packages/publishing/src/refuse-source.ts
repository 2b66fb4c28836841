// `prepack` of a workspace that is published: its folder holds the source, with workspaces that nobody else has.
console.error(
  'This folder is the source. What is published is built from it and packed by: npm run package',
)
process.exit(1)
