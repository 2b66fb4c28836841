# One image for every process: both servers together (the default), one server each, or the migration job.
# Build: docker build --tag neonpanel .        Try: docker run --rm -p 4400:4400 -p 4401:4401 neonpanel
# For tests, with the demo, the test controls and nothing kept: docker build --target mock --tag neonpanel-mock .

FROM node:24-bookworm-slim AS base
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_CACHE=/tmp/npm NPM_CONFIG_LOGS_MAX=0

# Everything, to generate the database clients.
FROM base AS generate
COPY . .
RUN npm ci && npm cache clean --force

# Only what the servers need to run. Node.js is the image's own.
FROM base AS dependencies
COPY . .
RUN npm ci --omit=dev --ignore-scripts --workspace packages/stack --include-workspace-root \
  && npm cache clean --force

FROM base AS servers
COPY --from=dependencies /app/node_modules node_modules
COPY package.json .npmrc ./
COPY docs docs
COPY apps apps
COPY packages packages
COPY prisma prisma
COPY --from=generate /app/prisma/generated prisma/generated
RUN install --directory --owner=node --mode=0700 /data
USER node
VOLUME /data
ENV HOST=0.0.0.0 DATA_DIR=/data AUTH_PORT=4400 MCP_PORT=4401 HEALTH_PORT=4400
EXPOSE 4400 4401
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD \
  ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["npm", "start"]

# docker run --rm -p 4400:4400 -p 4401:4401 -v ./seed.yaml:/seed.yaml:ro -e SEED_FILE=/seed.yaml neonpanel-mock
FROM servers AS mock
ENV SEED=demo TEST_CONTROLS=true DATA_DIR=memory REVOCATION_CHECK_SECONDS=0 LOG_FORMAT=json

# The last one is what is built when no target is named.
FROM servers
