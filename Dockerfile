# syntax=docker/dockerfile:1
# abbot serve, in three stages: the packages, the build, and what runs. scripts/docker-steps.mjs does the same steps
# without an engine and checks this file.

FROM node:22-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim AS run
RUN apt-get update \
    && apt-get install -y --no-install-recommends git ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /abbot
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY rules ./rules
COPY schema ./schema
RUN install -d -o node -g node /data /cache
USER node
ENV NODE_ENV=production ABBOT_DATA=/data ABBOT_CACHE=/cache ABBOT_HOST=0.0.0.0 ABBOT_PORT=3000
VOLUME ["/data", "/cache"]
EXPOSE 3000
# The web server answers whatever the queue does; a worker without one is looked after by its own exit code.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.ABBOT_PORT+'/healthz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# node as process 1 gets the signal itself, and ends what it does.
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve"]
