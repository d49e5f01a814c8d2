/** What is kept of a session fits into what the platform keeps of a socket, however much there is of it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import {
  AVATAR_URL_LENGTH,
  DISPLAY_NAME_LENGTH,
  SOCKETIO_ROOMS,
  USER_ID_LENGTH,
} from "../../src/protocol/limits.ts";
import type { Caller } from "../../src/rpc/caller.ts";
import { newSid, randomText } from "../../src/rpc/socketio.ts";
import type { EngineSessionRecord } from "../../src/socketio/engine/engine-session.ts";
import { carriedKey, newSessionData, type SessionData } from "../../src/socketio/session-data.ts";

/** As long as can be. A new object each time, as what comes by different ways is. */
function longCaller(): Caller {
  return {
    user: {
      id: "蓮".repeat(USER_ID_LENGTH),
      name: "蓮".repeat(DISPLAY_NAME_LENGTH),
      avatarUrl: `https://pics.example/${"a".repeat(AVATAR_URL_LENGTH - 21)}`,
    },
    expiresAt: Date.now(),
    namedAt: Date.now(),
    issuedAt: Date.now() / 1000,
    sessionId: crypto.randomUUID(),
  };
}

it("a session of the longest profile in as many rooms as there may be, opened by a header and a cookie", async () => {
  const rooms = Array.from({ length: SOCKETIO_ROOMS }, () =>
    crypto.randomUUID().replaceAll("-", "").repeat(2),
  );
  const data: SessionData = {
    ...newSessionData({
      authorization: { ok: true, value: longCaller() },
      cookie: { ok: true, value: longCaller() },
    }),
    namespaces: { "/": randomText() },
    refused: 9,
    caller: longCaller(),
    tab: { id: randomText(), userId: longCaller().user.id, life: randomText(), openedAt: Date.now() },
    // More events than the 10 GB of a thread can hold.
    carried: Object.fromEntries(rooms.map((id) => [carriedKey(id), 2 ** 30 - 1])),
  };
  const record: EngineSessionRecord<SessionData> = {
    sid: newSid(0),
    transport: "websocket",
    pingDueAt: Date.now(),
    pongDueAt: Date.now(),
    isClosing: false,
    data,
  };
  const stub = env.SOCKET_IO.get(env.SOCKET_IO.idFromName("shard-0"));
  await runInDurableObject(stub, (_, state) => {
    const { 0: client, 1: socket } = new WebSocketPair();
    state.acceptWebSocket(socket);
    // Throws beyond 16,384 bytes.
    socket.serializeAttachment({ role: "transport", record });
    expect(socket.deserializeAttachment()).toEqual({ role: "transport", record });
    socket.close();
    client.accept();
  });
});
