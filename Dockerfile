# One image for both: `serve` runs the manager, `agent` runs one node.

FROM node:24-bookworm AS build
WORKDIR /heddle
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json nest-cli.json ./
COPY src src
COPY migrations migrations
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HEDDLE_HOST=0.0.0.0 \
    HEDDLE_DATA_DIR=/data \
    HEDDLE_AGENT_STATE_DIR=/state
WORKDIR /heddle
# Volumes take over the owner that their directory has in the image.
RUN mkdir /data /state /tokens && chown node:node /data /state /tokens
COPY --from=build /heddle/package.json package.json
COPY --from=build /heddle/node_modules node_modules
COPY --from=build /heddle/dist dist
COPY openapi openapi
USER node
EXPOSE 8443 8444
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
