/** Verifying webhooks: as Standard Webhooks has them, and answering the check before sending. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { answerChecks, verifyWebhook, WebhookError, type ReceivedRequest } from "../../src/server/server.ts";

/** The test vector of the specification's reference libraries. */
const VECTOR = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const OTHER_SECRET = `whsec_${btoa("another secret of 32 bytes, or so")}`;

/** Sets the clock, in seconds since the Unix epoch. */
function setClock(seconds: number): void {
  const clock = vi.spyOn(Date, "now").mockReturnValue(seconds * 1000);
  onTestFinished(() => clock.mockRestore());
}

/** The vector as a request, with other headers and another body where said. */
function received(headers: Record<string, string> = {}, body = VECTOR.body): ReceivedRequest {
  return {
    headers: {
      "webhook-id": VECTOR.id,
      "webhook-timestamp": String(VECTOR.timestamp),
      "webhook-signature": VECTOR.signature,
      ...headers,
    },
    body,
  };
}

/** A body, signed now as Lilypad does. */
async function signed(body: object, secret = VECTOR.secret): Promise<Request> {
  const [id, timestamp, text] = ["msg_1", String(Math.floor(Date.now() / 1000)), JSON.stringify(body)];
  const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (c) => c.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return new Request("https://www.example.com/webhooks", {
    method: "POST",
    headers: {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}`,
    },
    body: text,
  });
}

describe("a webhook", () => {
  it("that the specification gives as an example is verified", async () => {
    setClock(VECTOR.timestamp);
    expect(await verifyWebhook(received(), VECTOR.secret)).toEqual({ test: 2432232314 });
  });

  it("is verified from a Request, headers of any case, and bytes", async () => {
    setClock(VECTOR.timestamp);
    const { headers, body } = received();
    const event = { test: 2432232314 };
    const request = new Request("https://a.example", {
      method: "POST",
      headers: headers as HeadersInit,
      body,
    });
    expect(await verifyWebhook(request, VECTOR.secret)).toEqual(event);
    const capitalized = {
      "Webhook-Id": VECTOR.id,
      "Webhook-Timestamp": String(VECTOR.timestamp),
      "Webhook-Signature": VECTOR.signature,
    };
    const bytes = new TextEncoder().encode(VECTOR.body);
    expect(await verifyWebhook({ headers: capitalized, body: bytes }, VECTOR.secret)).toEqual(event);
  });

  it.each([-300, 0, 300])("is verified %d s after it was sent", async (seconds) => {
    setClock(VECTOR.timestamp + seconds);
    await expect(verifyWebhook(received(), VECTOR.secret)).resolves.toBeDefined();
  });

  it.each([-301, 301, 1e9])("is refused %d s after it was sent", async (seconds) => {
    setClock(VECTOR.timestamp + seconds);
    await expect(verifyWebhook(received(), VECTOR.secret)).rejects.toThrow("too old, or from the future");
  });

  it("may have several signatures, of which one is right", async () => {
    setClock(VECTOR.timestamp);
    const others =
      "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    const several = `v1,AAAA v1,not*base64 ${others} ${VECTOR.signature} v2,AAAA`;
    await expect(
      verifyWebhook(received({ "webhook-signature": several }), VECTOR.secret),
    ).resolves.toBeDefined();
  });

  it("may be signed by either secret while it is being changed", async () => {
    setClock(VECTOR.timestamp);
    await expect(verifyWebhook(received(), [OTHER_SECRET, VECTOR.secret])).resolves.toBeDefined();
    await expect(verifyWebhook(received(), [OTHER_SECRET])).rejects.toThrow("signature");
  });

  it.each([
    ["another body", {}, '{"test": 2432232315}'],
    ["another id", { "webhook-id": "msg_other" }, undefined],
    ["another time", { "webhook-timestamp": String(VECTOR.timestamp + 1) }, undefined],
    [
      "a signature of another version",
      { "webhook-signature": VECTOR.signature.replace("v1", "v2") },
      undefined,
    ],
    ["half a signature", { "webhook-signature": VECTOR.signature.slice(0, 20) }, undefined],
  ])("with %s is refused", async (_what, headers, body) => {
    setClock(VECTOR.timestamp);
    const request = received(headers as unknown as Record<string, string>, body);
    await expect(verifyWebhook(request, VECTOR.secret)).rejects.toThrow(WebhookError);
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("without %s is refused", async (name) => {
    setClock(VECTOR.timestamp);
    await expect(verifyWebhook(received({ [name]: "" }), VECTOR.secret)).rejects.toThrow(`has no ${name}`);
  });

  it("takes a secret as Lilypad is configured with it", async () => {
    await expect(verifyWebhook(received(), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).rejects.toThrow(TypeError);
    await expect(verifyWebhook(received(), "whsec_")).rejects.toThrow(TypeError);
  });
});

describe("a check before sending", () => {
  const author = { id: "ada", name: "Ada" };
  const request = (checks: object[]) =>
    signed({ type: "before_send", at: 1, threadId: "t", data: { checks } });

  it("is answered as is decided for each message", async () => {
    const checks = [
      { no: 1, kind: "message", author, body: "hello" },
      { no: 2, kind: "edit", author, body: "damn", seq: 3 },
      { no: 3, kind: "message", author, body: "spam" },
    ];
    const answers = await answerChecks(await request(checks), VECTOR.secret, async ({ body }) => {
      if (body === "damn") return { action: "replace", body: "****" };
      return body === "spam" ? { action: "refuse", reason: "No spam." } : { action: "allow" };
    });
    expect(answers).toEqual({
      answers: [
        { no: 1, action: "allow" },
        { no: 2, action: "replace", body: "****" },
        { no: 3, action: "refuse", reason: "No spam." },
      ],
    });
  });

  it("is refused where it is not from Lilypad, or is something else", async () => {
    const allow = () => ({ action: "allow" }) as const;
    await expect(answerChecks(await request([]), OTHER_SECRET, allow)).rejects.toThrow(WebhookError);
    const event = await signed({ type: "thread.deleted", at: 1, threadId: "t", data: {} });
    await expect(answerChecks(event, VECTOR.secret, allow)).rejects.toThrow("no check");
  });
});
