/** Request bodies: which are accepted, and how much of them is read. */
import { beforeAll, describe, expect, it } from "vitest";
import { REQUEST_BYTES } from "../../src/protocol/limits.ts";
import type { Thread } from "../../src/protocol/model.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { problemOf, request } from "./requests.ts";

let ada: Person;
let pond: Thread;

beforeAll(async () => {
  ada = await person("Ada");
  pond = await newThread(ada, "group", [], "Pond");
});

/** A request as Ada with exactly this body. */
function send(method: string, path: string, body: BodyInit | null, headers: Record<string, string> = {}) {
  const all = { authorization: `Bearer ${ada.token}`, ...headers };
  return request(path, { method, headers: all, body });
}

const JSON_TYPE = { "content-type": "application/json" };
const postMessage = (body: BodyInit | null, headers: Record<string, string> = JSON_TYPE) =>
  send("POST", `/api/threads/${pond.id}/messages`, body, headers);

async function refusal(response: Response): Promise<string> {
  return `${response.status} ${(await problemOf(response)).code}`;
}

/** An endless body without a declared length, and how much of it was read. */
function endlessBody() {
  const chunk = new TextEncoder().encode(" ".repeat(4096));
  const read = { bytes: 0, stream: new ReadableStream<Uint8Array>() };
  read.stream = new ReadableStream({
    pull(controller) {
      read.bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return read;
}

describe("a body", () => {
  it.each(["application/json", "application/json; charset=utf-8", "Application/JSON"])(
    "is accepted as %s",
    async (type) => {
      const response = await postMessage(JSON.stringify({ body: "héllo" }), { "content-type": type });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ body: "héllo" });
    },
  );

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "multipart/form-data; boundary=x",
  ])("is not accepted as %s, which a form on any site could send", async (type) => {
    const response = await postMessage(JSON.stringify({ body: "hi" }), { "content-type": type });
    expect(await refusal(response)).toBe("415 unsupported_media_type");
  });

  it("is not accepted without a content type", async () => {
    const body = new TextEncoder().encode(JSON.stringify({ body: "hi" }));
    expect(await refusal(await postMessage(body, {}))).toBe("415 unsupported_media_type");
  });

  it.each(["{", "", "{'body':'hi'}", '{"body":"hi"} x', "[]", "null", "7", '"hi"'])(
    "%j is a bad request",
    async (body) => {
      expect(await refusal(await postMessage(body))).toBe("400 bad_request");
    },
  );

  it("that is not UTF-8 is a bad request", async () => {
    const bytes = new TextEncoder().encode('{"body":"hi?"}');
    bytes[11] = 0xff;
    expect(await refusal(await postMessage(bytes))).toBe("400 bad_request");
  });

  it("that is absent where one is needed is a bad request", async () => {
    expect(await refusal(await postMessage(null, {}))).toBe("400 bad_request");
    expect(await refusal(await send("POST", "/api/threads", null))).toBe("400 bad_request");
  });

  it("may be absent where every field is optional", async () => {
    const empty = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
    for (const body of [null, "", empty]) {
      const response = await send("PATCH", `/api/threads/${pond.id}`, body);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ name: "Pond" });
    }
  });

  it("may have unknown fields", async () => {
    const response = await postMessage('{"body":"hi","colour":"green","__proto__":{"replyTo":7}}');
    expect(response.status).toBe(201);
    expect(await response.json()).not.toHaveProperty("replyTo");
  });

  it("with invalid fields is answered with the path and the reason of each", async () => {
    const problem = await problemOf(await postMessage('{"body":7,"replyTo":"x"}'));
    expect(problem.issues).toEqual([
      { path: "body", message: expect.any(String) },
      { path: "replyTo", message: expect.any(String) },
    ]);
  });
});

describe("a body that is too large", () => {
  it("is accepted at the limit, and refused one byte above it", async () => {
    const json = JSON.stringify({ body: "hi" });
    const atLimit = json + " ".repeat(REQUEST_BYTES - json.length);
    expect((await postMessage(atLimit)).status).toBe(201);
    expect(await refusal(await postMessage(`${atLimit} `))).toBe("413 too_large");
  });

  it("is not read to its end where it declares no length", async () => {
    const body = endlessBody();
    expect(await refusal(await postMessage(body.stream))).toBe("413 too_large");
    expect(body.bytes).toBeLessThan(4 * REQUEST_BYTES);
  });

  it("is refused where it declares a smaller length", async () => {
    const { stream } = endlessBody();
    expect(await refusal(await postMessage(stream, { ...JSON_TYPE, "content-length": "10" }))).toBe(
      "413 too_large",
    );
  });

  it("is refused for a message that is too long, too", async () => {
    expect((await postMessage(JSON.stringify({ body: "x".repeat(10_000) }))).status).toBe(201);
    const response = await postMessage(JSON.stringify({ body: "x".repeat(10_001) }));
    expect(await refusal(response)).toBe("413 too_large");
  });

  it("is not read to its end where the caller is not signed in", async () => {
    const body = endlessBody();
    const response = await send("POST", "/api/threads", body.stream, {
      ...JSON_TYPE,
      authorization: "Bearer x",
    });
    expect(await refusal(response)).toBe("401 unauthenticated");
    expect(body.bytes).toBeLessThanOrEqual(REQUEST_BYTES);
  });
});
