/** What objects really send, received by the library for the host's server. */
import { expect, it } from "vitest";
import { answerChecks, verifyWebhook, WebhookError } from "../../../src/server/server.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person } from "../../support/host-users.ts";
import { useReceiver, WEBHOOK_SECRET, type SentCheck } from "../../support/receiver.ts";

const receiver = useReceiver();
const secret = WEBHOOK_SECRET;

it("verifies webhooks", async () => {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group");
  await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "Hello, Zoë 👍" });
  await eventually(() => expect(receiver.host.types(thread.id)).toContain("message.created"));
  const sent = receiver.host.of(thread.id);
  const requests = sent.map(({ id, timestamp, signature, body }) => ({
    headers: { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signature },
    body,
  }));
  expect(await Promise.all(requests.map((request) => verifyWebhook(request, secret)))).toEqual(
    sent.map(({ event }) => event),
  );
  const other = `whsec_${btoa("another secret of 32 bytes, or so")}`;
  for (const request of requests) await expect(verifyWebhook(request, other)).rejects.toThrow(WebhookError);
});

it("answers checks before sending", async () => {
  const answers: Promise<unknown>[] = [];
  receiver.host.answerCheck = ({ request, headers, answer }: SentCheck) => {
    const received = { headers, body: JSON.stringify(request) };
    const decided = answerChecks(received, secret, ({ body }) =>
      body === "spam" ? { action: "refuse", reason: "No spam." } : { action: "replace", body: `${body}!` },
    );
    answers.push(decided.then((json) => answer(() => Response.json(json))));
  };
  const ada = await person("Ada");
  const thread = await newThread(ada, "group");
  const post = (body: string) => ada.call("POST", `/api/threads/${thread.id}/messages`, { body });
  expect(await (await post("Hello")).json()).toMatchObject({ body: "Hello!" });
  expect(await (await post("spam")).json()).toMatchObject({ code: "forbidden", detail: "No spam." });
  expect((await Promise.all(answers)).length).toBe(2);
});
