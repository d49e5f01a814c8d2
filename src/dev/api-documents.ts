/**
 * Writes the OpenAPI and AsyncAPI documents to dist/web/api, from where they are served as static assets: they take no
 * time of the Worker's, and no request of it.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { asyncApiDocument } from "../api-docs/asyncapi.ts";
import { openApiDocument } from "../api-docs/openapi.ts";

const DIRECTORY = "dist/web/api";

const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
await mkdir(DIRECTORY, { recursive: true });
await writeFile(`${DIRECTORY}/openapi.json`, JSON.stringify(openApiDocument(version)));
await writeFile(`${DIRECTORY}/asyncapi.json`, JSON.stringify(asyncApiDocument(version)));
