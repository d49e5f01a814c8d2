/** Renewing a socket's session with a fresh token. */
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Connections } from "../../src/sockets/connections.ts";
import { TokenRenewal } from "../../src/sockets/token-renewal.ts";
import { jwt } from "../auth/tokens.ts";
import { gate } from "../support/gate.ts";

afterEach(() => vi.restoreAllMocks());

const connections = { of: () => ({ userId: "ada" }), update: () => {} } as unknown as Connections;
const newSocket = () => ({}) as WebSocket;

function tokenRenewal() {
  return new TokenRenewal(env, connections, {
    isOpen: () => true,
    requireUnrevoked: () => {},
    onRenewed: () => {},
    rev: () => 7,
  });
}

it("checks the tokens of one socket in turn, also after a refused one, and delays no other socket", async () => {
  const held = gate();
  const verify = crypto.subtle.verify.bind(crypto.subtle);
  let checks = 0;
  vi.spyOn(crypto.subtle, "verify").mockImplementation(async (...args) => {
    checks += 1;
    if (checks === 1) await held.pass();
    return verify(...args);
  });
  const tokens = tokenRenewal();
  const [one, other] = [newSocket(), newSocket()];
  const done: string[] = [];
  const recordDone = async <T>(name: string, result: Promise<T>) => {
    const value = await result;
    done.push(name);
    return value;
  };
  const refused = recordDone("first", tokens.renew(one, await jwt({ sub: "bob" })));
  await held.reached();
  const after = recordDone("second", tokens.renew(one, await jwt()));
  await recordDone("beside", tokens.renew(other, await jwt()));
  expect(done).toEqual(["beside"]);
  held.open();
  expect(await refused).toMatchObject({ ok: false, failure: { code: "forbidden" } });
  expect(await after).toMatchObject({ ok: true, value: { rev: 7 } });
  expect(done).toEqual(["beside", "first", "second"]);
});

it("refuses more than a few waiting tokens of one socket", async () => {
  const tokens = tokenRenewal();
  const socket = newSocket();
  const token = await jwt();
  const waiting = Array.from({ length: 8 }, () => tokens.renew(socket, token));
  expect(() => tokens.renew(socket, token)).toThrow("Too many");
  for (const result of await Promise.all(waiting)) expect(result).toMatchObject({ ok: true });
  expect(await tokens.renew(socket, token)).toMatchObject({ ok: true });
});
