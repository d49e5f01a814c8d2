/** Revokes a user's tokens while sockets and requests are open: all of it ends in time, and nothing of anyone else. */
import { SignJWT } from "jose";
import { Attacker } from "./revoke/attacker.ts";
import { ChangeNotifier } from "./support/change-notifier.ts";
import { defineProgram, type Row } from "./support/program.ts";
import { randomFrom } from "./support/random.ts";
import { AUTH_SECRET, Server, SERVER_SECRET } from "./support/server.ts";

/** What the contract gives to requests, and to sockets in presence and in the 200 most recent threads. */
const STATED_MS = 5_000;
/** Objects whose sockets are quiet for so long are evicted. */
const EVICTED_AFTER_MS = 12_000;
/** The longest wait between a revocation and the crash after it. */
const CRASH_WITHIN_MS = 300;

export const revoke = defineProgram({
  name: "revoke",
  summary:
    "Revokes a user's tokens while their sockets are open in many threads and requests keep coming, once the objects were evicted, and with a crash right after: all of it is refused and closed within the stated times, and nobody else's is.",
  duration: "about 1 min",
  options: {
    threads: { kind: "number", default: 120, min: 1, help: "threads in which the user has a socket" },
    crashes: { kind: "number", default: 4, min: 0, help: "revocations that a crash follows" },
  },
  run: async ({ threads, crashes, seed }) => {
    const random = randomFrom(seed);
    const server = await Server.start();
    const violations: string[] = [];
    const rows: Row[] = [];
    try {
      const threadIds = await makeThreads(server, threads);
      const bystander = await attackerOf(server, "bystander", threadIds, 0);
      await bystander.openAll();
      for (let round = 0; round <= crashes; round += 1) {
        const isCrash = round > 0;
        // Later than the second up to which the round before has revoked.
        await pause(1_100);
        const ada = await attackerOf(server, "ada", threadIds, 0);
        await ada.openAll();
        await pause(isCrash ? 0 : EVICTED_AFTER_MS);
        const revokedAt = Date.now();
        await asHost(server, "POST", "/api/users/ada/revoke");
        if (isCrash) {
          await pause(random.next() * CRASH_WITHIN_MS);
          await server.kill();
          await server.restart();
        }
        const recovered = Date.now();
        const refusedAt = await ada.refused();
        const { closedAt, open } = await ada.allClosed(STATED_MS);
        const since = isCrash ? recovered : revokedAt;
        if (refusedAt - since > STATED_MS)
          violations.push(`round ${round}: requests were answered for too long`);
        if (open > 0) violations.push(`round ${round}: ${open} sockets were open after ${STATED_MS} ms`);
        const again = await ada.openAgain(STATED_MS);
        if (again > 0) violations.push(`round ${round}: ${again} sockets were opened again`);
        if (isCrash) await bystander.openAll();
        else if (bystander.openCount !== threads + 1) violations.push("a bystander's socket was closed");
        const fresh = await attackerOf(server, "ada", threadIds, 2);
        await fresh.openAll();
        if (!(await fresh.isAnswered())) violations.push(`round ${round}: a token made since was refused`);
        await fresh.closeAll();
        rows.push({
          revocation: isCrash ? "before a crash" : "after an eviction",
          sockets: threads + 1,
          "requests refused after (ms)": refusedAt - since,
          "sockets closed after (ms)": closedAt - since,
        });
      }
      return { rows, violations };
    } finally {
      await server.stop();
    }
  },
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Threads of which ada and a bystander are members. */
async function makeThreads(server: Server, count: number): Promise<string[]> {
  for (const id of ["ada", "bystander"]) await asHost(server, "PUT", `/api/users/${id}`, { name: id });
  const ids: string[] = [];
  for (let no = 0; no < count; no += 1) {
    const members = [{ id: "ada" }, { id: "bystander" }];
    const thread = await asHost(server, "PUT", `/api/threads/key:room-${no}`, { kind: "group", members });
    ids.push(((await thread.json()) as { id: string }).id);
  }
  return ids;
}

/** A request of the host's server. */
async function asHost(server: Server, method: string, path: string, body?: object): Promise<Response> {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const token = await new SignJWT({ exp })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(SERVER_SECRET));
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** A user with a token that was made so many seconds from now, who uses it wherever they can. */
async function attackerOf(
  server: Server,
  id: string,
  threadIds: readonly string[],
  inSeconds: number,
): Promise<Attacker> {
  const now = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({ sub: id, name: id, iat: now + inSeconds, exp: now + 3600 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(AUTH_SECRET));
  return new Attacker(server, token, threadIds, new ChangeNotifier());
}
