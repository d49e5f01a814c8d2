/** What Lilypad sends to the host's server: every webhook, and the check before sending. */
import { beforeSendAnswers, beforeSendCheck, beforeSendRequest, webhookEvent } from "../protocol/webhooks.ts";
import type { JsonSchemas, NamedSchema } from "./json-schemas.ts";
import { taggedSchemas } from "./tagged-schemas.ts";

const events = taggedSchemas(webhookEvent, (words) => `${words}Webhook`);

export const webhookSchemas: readonly NamedSchema[] = [
  ...events,
  {
    name: "BeforeSendRequest",
    schema: beforeSendRequest,
    description: "Everything of a thread that waits to be stored.",
  },
  { name: "BeforeSendCheck", schema: beforeSendCheck, description: "A message or an edit that waits." },
  { name: "BeforeSendAnswers", schema: beforeSendAnswers, description: "The host's decision on each check." },
];

const SIGNATURE = [
  ["webhook-id", "The same over all attempts to deliver one event."],
  [
    "webhook-timestamp",
    "Seconds since the Unix epoch, of this attempt. Refuse one that is over 5 minutes old.",
  ],
  ["webhook-signature", "`v1,` and the signature by `WEBHOOK_SECRET`, as Standard Webhooks specifies."],
].map(([name, description]) => ({
  name,
  in: "header",
  required: true,
  description,
  schema: { type: "string" },
}));

/** The `webhooks` of the OpenAPI document. */
export function documentedWebhooks({ refTo }: JsonSchemas) {
  const post = (id: string, summary: string, schema: NamedSchema["schema"], responses: object) => ({
    post: {
      operationId: id,
      tags: ["Webhooks"],
      summary,
      security: [],
      parameters: SIGNATURE,
      requestBody: { required: true, content: { "application/json": { schema: refTo(schema) } } },
      responses,
    },
  });
  const received = {
    "2XX": { description: "Received. Any other answer, and none within 5 s, is sent again later." },
  };
  const decided = {
    200: {
      description: "Within 1.5 s. Any other answer counts as none: `BEFORE_SEND_FAIL` decides.",
      content: { "application/json": { schema: refTo(beforeSendAnswers) } },
    },
  };
  return {
    ...Object.fromEntries(
      events.map(({ type, schema, name, description }) => [
        type,
        post(`on${name}`, description, schema, received),
      ]),
    ),
    before_send: post(
      "onBeforeSend",
      "Asked before messages and edits are stored.",
      beforeSendRequest,
      decided,
    ),
  };
}
