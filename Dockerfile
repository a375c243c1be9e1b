# Posko in a container. docker-compose.yml runs it beside TimescaleDB; on its own it uses the
# embedded database under /data.
#
# The version is that of the npm package `node` in package.json, which everybody outside a
# container runs; the tests hold the two together. The tag is exact but not a digest, so that a
# rebuild takes in Debian's security updates.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
# package.json has no "type" (docs/adr/0001); .npmrc silences the warning for npm scripts only
ENV NODE_OPTIONS=--disable-warning=MODULE_TYPELESS_PACKAGE_JSON
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY server server
COPY web web
# the page and the map are made here, for the image cannot be written to where it runs
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=MODULE_TYPELESS_PACKAGE_JSON \
    POSKO_DATA_DIR=/data
# an empty named volume takes over the owner of the folder it is mounted on
RUN install --directory --owner=node --group=node --mode=0700 /data
VOLUME /data
WORKDIR /app
COPY LICENSE package.json package-lock.json .npmrc ./
COPY --from=dependencies /app/node_modules node_modules
COPY devices devices
COPY ingest ingest
COPY server server
COPY --from=build /app/web web
USER node
EXPOSE 8080 1883
CMD ["node", "server/main.ts"]
