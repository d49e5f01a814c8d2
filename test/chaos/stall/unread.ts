/** One user asks for much and reads nothing of it: resumes of a long absence, and pages of history. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  PAGE_LENGTH,
  PAGE_MAX,
  RESUME_EVENTS,
  RESUME_LENGTH,
  SOCKETS_PER_USER,
} from "../../../src/protocol/limits.ts";
import { residentBytes } from "../../bench/load/process-usage.ts";
import { ChangeNotifier } from "../support/change-notifier.ts";
import type { ProgramReport } from "../support/program.ts";
import type { Server } from "../support/server.ts";
import { signIn } from "../support/users.ts";
import { BODY_LENGTH, rowOf, SETTLE_MS } from "./memory.ts";
import { ReadingClient } from "./reading-client.ts";
import { sendMessages } from "./send-messages.ts";

const PAGES = 40;
/** How often memory is looked at while the server answers, and how many times. */
const SAMPLE_MS = 50;
const SAMPLES = 120;
/** What the kernel takes from the server without anybody reading is far less than an answer. */
const ACCEPTED = /^HTTP\/1\.1 (101|200) /;

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64")}`,
];

export type UnreadAnswers = "resumes" | "pages";

/** 32 sockets resume with 1,000 messages of 10,000 characters missed, or 40 pages of 200 of them are asked for. */
export async function unread(server: Server, answers: UnreadAnswers): Promise<ProgramReport> {
  const [user] = await signIn(server, ["ada"]);
  if (!user) throw new Error("no user");
  const { id, epoch } = await user.api.createThread({ kind: "public", name: "unread" });
  const changes = new ChangeNotifier();
  const sending = new ReadingClient(new URL(`/api/threads/${id}/socket?paced`, server.url), user, changes);
  await changes.until(() => sending.events.length > 0, "the sender's welcome");
  await sendMessages(sending, changes, RESUME_EVENTS);
  sending.socket.close();
  const [rest, connections, messages, length] =
    answers === "resumes"
      ? ([`socket?cursor=${epoch}:0`, SOCKETS_PER_USER, RESUME_EVENTS, RESUME_LENGTH] as const)
      : ([`messages?limit=${PAGE_MAX}`, PAGES, PAGE_MAX, PAGE_LENGTH] as const);
  const headers = [`Authorization: Bearer ${user.token}`, ...(answers === "resumes" ? UPGRADE : [])];
  const before = residentBytes(server.pid);
  const sockets = await Promise.all(
    Array.from({ length: connections }, () =>
      askWithoutReading(server, `/api/threads/${id}/${rest}`, headers),
    ),
  );
  let peak = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    peak = Math.max(peak, residentBytes(server.pid));
    await sleep(SAMPLE_MS);
  }
  for (const socket of sockets) socket.destroy();
  await sleep(SETTLE_MS);
  const { row, violations } = rowOf({
    scenario: answers,
    connections,
    unread: connections * messages * BODY_LENGTH,
    allowed: connections * length,
    before,
    peak,
    after: residentBytes(server.pid),
  });
  return { rows: [row], violations };
}

/** Sends a request and, once its answer begins, reads nothing more. Throws where it is refused. */
async function askWithoutReading(server: Server, path: string, headers: string[]): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write([`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...headers, "", ""].join("\r\n"));
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.pause();
  const answer = first.toString("latin1");
  if (!ACCEPTED.test(answer)) throw new Error(`${path} was answered: ${answer.slice(0, 200)}`);
  return socket;
}
