/** Answers of the host's server that come slowly, or never end, over real connections: whoever waits waits no longer for them. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestJson } from "../chaos/support/request-json.ts";
import { Server } from "../chaos/support/server.ts";
import { signIn } from "../chaos/support/users.ts";

const SECRET = `whsec_${Buffer.from("a-key-for-slow-answers-000001").toString("base64")}`;
/** Beyond the 1.5 s that there are, what a slow machine takes. */
const PATIENCE_MS = 20_000;

let answer: (response: ServerResponse) => void = () => {};
/** Connections that Lilypad ended before the answer did. */
let ended = 0;
const receiver = createServer((request, response) => {
  request.resume();
  response.on("close", () => {
    if (!response.writableFinished) ended++;
  });
  answer(response);
});
let server: Server;

beforeAll(async () => {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server = await Server.start({
    BEFORE_SEND_URL: `http://127.0.0.1:${address.port}/`,
    WEBHOOK_SECRET: SECRET,
    BEFORE_SEND_FAIL: "open",
  });
});
afterAll(async () => {
  await server.stop();
  receiver.closeAllConnections();
  receiver.close();
});

it.each<[string, (response: ServerResponse) => void]>([
  ["never begins", () => {}],
  ["never ends", (response) => void response.write('{"answers":[')],
  [
    "never stops",
    (response) => {
      const filler = " ".repeat(16_384);
      const more = () => {
        while (!response.destroyed && response.write(filler));
      };
      response.on("drain", more);
      more();
    },
  ],
])("a message is stored where the answer %s", async (_what, respond) => {
  answer = respond;
  const before = ended;
  const [user] = await signIn(server, [`ada-${before}`]);
  if (!user) throw new Error("nobody signed in");
  const { id } = await requestJson<{ id: string }>(server, user, "POST", "/api/threads", { kind: "group" });
  const sent = requestJson<{ seq: number }>(server, user, "POST", `/api/threads/${id}/messages`, {
    body: "x",
  });
  const late = new Promise<never>((_resolve, reject) =>
    setTimeout(() => reject(new Error("the message still waits")), PATIENCE_MS).unref(),
  );
  expect(await Promise.race([sent, late])).toMatchObject({ seq: 1 });
  await expect.poll(() => ended).toBe(before + 1);
});
