/** The AsyncAPI 3 document: what is sent on the two WebSockets, made of the zod schemas of commands and events. */
import { BATCH, CLIENT_FRAME_BYTES, PING_MS, SERVER_FRAME_BYTES } from "../protocol/limits.ts";
import { PING, PONG, SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { entities, socketEntities } from "./entities.ts";
import { inlineSchema, jsonSchemas, type JsonSchemas } from "./json-schemas.ts";
import { pathTemplate } from "./openapi.ts";
import { roomQuery } from "./operations/sockets.ts";
import { presenceCommands, presenceEvents, threadCommands, threadEvents } from "./socket-messages.ts";
import type { TaggedSchema } from "./tagged-schemas.ts";

interface Channel {
  path: string;
  title: string;
  description: string;
  commands: readonly TaggedSchema[];
  events: readonly TaggedSchema[];
  query: Readonly<Record<string, unknown>>;
}

const CHANNELS: Readonly<Record<"thread" | "presence", Channel>> = {
  thread: {
    path: "/api/threads/:threadId/socket",
    title: "A thread's room",
    description: "Opening the socket joins the room; closing it leaves. The first event is `welcome`.",
    commands: threadCommands,
    events: threadEvents,
    query: Object.fromEntries(
      Object.entries(roomQuery).map(([name, { schema, description }]) => [
        name,
        { ...inlineSchema(schema), description },
      ]),
    ),
  },
  presence: {
    path: "/api/presence/socket",
    title: "Presence",
    description: "One socket a browser tab: it makes the user online, and brings unread counts.",
    commands: presenceCommands,
    events: presenceEvents,
    query: {},
  },
};

/** The document, for this version of Lilypad. It is plain JSON. */
export function asyncApiDocument(version: string) {
  const channels = Object.entries(CHANNELS);
  const schemas = jsonSchemas([
    ...entities,
    ...socketEntities,
    ...channels.flatMap(([, { commands, events }]) => [...commands, ...events]),
  ]);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Lilypad",
      version,
      description: `What is sent on Lilypad's WebSockets. Clients offer the subprotocol \`${SUBPROTOCOL}\`, and sign in as over HTTP (\`/api/openapi.json\`), or with \`bearer.<token>\` as a second subprotocol. From the server every text frame is an array of events; from a client it is one command or an array of them. A text frame \`${PING}\` is answered \`${PONG}\`; clients send it every ${PING_MS / 1000} s. Ignore events of other types: version 1 can grow.`,
      license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
    },
    defaultContentType: "application/json",
    channels: Object.fromEntries(
      channels.map(([name, channel]) => [name, documentedChannel(channel, schemas)]),
    ),
    operations: Object.assign(
      {},
      ...channels.map(([name, channel]) => operationsOf(name, channel)),
    ) as object,
    components: { schemas: schemas.components, securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A host application's JWT.",
  },
  sessionCookie: { type: "httpApiKey", in: "cookie", name: "__Host-session" },
} as const;

/** Frames: one command each way of sending it, `commands` and `events` for arrays, and the heartbeat. */
function documentedChannel(
  { path, title, description, commands, events, query }: Channel,
  schemas: JsonSchemas,
) {
  const hasThread = path.includes(":threadId");
  return {
    address: pathTemplate(path),
    title,
    description,
    ...(hasThread && {
      parameters: { threadId: { description: "The thread's id, or `key:` and the host's own key of it." } },
    }),
    bindings: {
      ws: { method: "GET", query: { type: "object", properties: query }, bindingVersion: "0.1.0" },
    },
    messages: {
      ...Object.fromEntries(
        commands.map(({ type, name, schema, description: summary }) => [
          type,
          { name, summary, payload: schemas.refTo(schema) },
        ]),
      ),
      commands: {
        summary: `Up to ${BATCH} commands in a frame of at most ${CLIENT_FRAME_BYTES} bytes; each stands or falls alone.`,
        payload: arrayOf(commands, schemas, { minItems: 1, maxItems: BATCH }),
      },
      events: {
        summary: `Every frame of the server, of at most ${SERVER_FRAME_BYTES} bytes.`,
        payload: arrayOf(events, schemas, { minItems: 1 }),
      },
      ping: { contentType: "text/plain", payload: { type: "string", const: PING } },
      pong: { contentType: "text/plain", payload: { type: "string", const: PONG } },
    },
  };
}

function arrayOf(messages: readonly TaggedSchema[], schemas: JsonSchemas, bounds: object) {
  return { type: "array", ...bounds, items: { oneOf: messages.map(({ schema }) => schemas.refTo(schema)) } };
}

/** As Lilypad does them: it receives commands, and sends events. */
function operationsOf(name: string, { commands }: Channel) {
  const channel = { $ref: `#/channels/${name}` };
  const messagesNamed = (...names: string[]) =>
    names.map((message) => ({ $ref: `#/channels/${name}/messages/${message}` }));
  const security = Object.keys(SECURITY_SCHEMES).map((scheme) => ({
    $ref: `#/components/securitySchemes/${scheme}`,
  }));
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    [`receive${title}Commands`]: {
      action: "receive",
      channel,
      summary: "What a client may send.",
      security,
      messages: messagesNamed(...commands.map(({ type }) => type), "commands", "ping"),
    },
    [`send${title}Events`]: {
      action: "send",
      channel,
      summary: "What the server sends.",
      security,
      messages: messagesNamed("events", "pong"),
    },
  };
}
