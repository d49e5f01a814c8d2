/** How often a started server fetches the host's keys. Each of its requests has an I/O context of its own. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Server } from "../chaos/support/server.ts";

const AT_ONCE = 20;

/** The host's key set: requests to it wait until the test answers them. */
let host: Awaited<ReturnType<typeof startHost>>;
let lilypad: Server;

beforeEach(async () => {
  host = await startHost();
  lilypad = await Server.start({ AUTH_JWKS_URL: host.url }, { inspector: false });
});
afterEach(async () => {
  await lilypad.stop();
  host.stop();
});

async function startHost() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const answer = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" }] });
  const waiting: ServerResponse[] = [];
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches++;
    waiting.push(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/jwks`,
    fetches: () => fetches,
    answer: (status = 200) => waiting.splice(0).forEach((response) => response.writeHead(status).end(answer)),
    token: (kid: string) =>
      new SignJWT({ sub: "ada", name: "Ada", exp: Math.floor(Date.now() / 1000) + 3600 })
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(privateKey),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Asks who one is, with a token of this key id; resolves with the status. */
async function ask(kid: string, signal?: AbortSignal): Promise<number> {
  const headers = { authorization: `Bearer ${await host.token(kid)}` };
  const response = await fetch(`${lilypad.url}/api/session`, { headers, ...(signal && { signal }) });
  await response.arrayBuffer();
  return response.status;
}

const times = (count: number, each: (i: number) => Promise<number>) =>
  Promise.all(Array.from({ length: count }, (_, i) => each(i)));

it("requests at once share one fetch, also where the client whose request began it goes away", async () => {
  const gone = new AbortController();
  const first = ask("k1", gone.signal).catch(() => "gone");
  await expect.poll(host.fetches).toBe(1);
  const others = times(AT_ONCE, () => ask("k1"));
  gone.abort();
  expect(await first).toBe("gone");
  // A later request has been answered: by now the others wait.
  expect(await (await fetch(`${lilypad.url}/api/health`)).json()).toMatchObject({ ok: true });
  host.answer();
  expect(await others).toEqual(Array.from({ length: AT_ONCE }, () => 200));
  expect(host.fetches()).toBe(1);
});

it("keys that cannot be had are asked for once, and answer 503 to all", async () => {
  const some = times(AT_ONCE, () => ask("k1"));
  await expect.poll(host.fetches).toBe(1);
  host.answer(500);
  expect(await some).toEqual(Array.from({ length: AT_ONCE }, () => 503));
  expect(await times(AT_ONCE, () => ask("k1"))).toEqual(Array.from({ length: AT_ONCE }, () => 503));
  expect(host.fetches()).toBe(1);
});

it("key ids that the host does not know are not each looked for", async () => {
  const known = ask("k1");
  await expect.poll(host.fetches).toBe(1);
  host.answer();
  expect(await known).toBe(200);
  expect(await times(AT_ONCE, (i) => ask(`made-up-${i}`))).toEqual(
    Array.from({ length: AT_ONCE }, () => 401),
  );
  expect(host.fetches()).toBe(1);
});
