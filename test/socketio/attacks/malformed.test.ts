/** Packets that are malformed, at random: they end their own session at most. */
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ERROR_STATUS } from "../../../src/protocol/errors.ts";
import { eventually } from "../../support/eventually.ts";
import { person, type Person } from "../../support/host-users.ts";
import { randomRun } from "../../support/random-run.ts";
import { engineFetch, PollingSession, SocketIoTestSocket } from "../../support/socketio.ts";
import { isKnown, isSound, roomOfTwo } from "./room-of-two.ts";

beforeEach(() => {
  // Every session is in one shard, so that whoever is attacked is near.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Packets of both layers as a client sends them: the seeds of what is malformed. */
const SOUND = [
  "40",
  '40{"token":"x"}',
  "40/admin,",
  "41",
  '42["typing",{}]',
  '420["chat",{"room":1,"body":"x"}]',
  '4212["join",{"room":"key:x"}]',
  "430[1]",
  '451-["chat",{"_placeholder":true,"num":0}]',
  "461-0[1]",
  "1",
  "2",
  "2probe",
  "3",
  "5",
  "6",
  "bAAAA",
];

/** A sound packet with a part cut out and something else put there; or anything. */
const malformed = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...SOUND), fc.nat(20), fc.nat(20), fc.string({ unit: "binary", maxLength: 6 }))
      .map(([packet, from, length, other]) => packet.slice(0, from) + other + packet.slice(from + length)),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("4", "42", "43", "45", "40"), fc.json())
      .map((parts) => parts.join("")),
  },
);

const RUNS = 40;
const seed = randomRun().random.between(0, 2 ** 31 - 1);

/** Several users by turns: one alone would open too many sessions. */
async function attackers(): Promise<() => Person> {
  const all = await Promise.all(["Eve", "Mallory", "Trudy", "Oscar"].map((name) => person(name)));
  let turn = 0;
  return () => all[turn++ % all.length] as Person;
}

describe("malformed packets", () => {
  it("end their own session at most, over long polling", async () => {
    const [there, next] = [await roomOfTwo(), await attackers()];
    await fc.assert(
      fc.asyncProperty(fc.array(malformed, { minLength: 1, maxLength: 5 }), async (packets) => {
        const polling = await PollingSession.connect(next());
        const posted = await polling.post(packets.join("\u001e"));
        expect([200, 400]).toContain(posted.status);
        expect(["ok", '{"code":3,"message":"Bad request"}']).toContain(await posted.text());
        // It goes on, or it has ended: nothing hangs.
        const after = await polling.post('429["dance"]\u001e1');
        expect([200, 400]).toContain(after.status);
        const polled = await engineFetch(`transport=polling&sid=${polling.sid}`);
        expect([200, 400]).toContain(polled.status);
        expect(await polled.text()).not.toMatch(/"code":"internal"/);
      }),
      { numRuns: RUNS, seed },
    );
    await isSound(there);
  });

  it("end their own session at most, over a WebSocket", async () => {
    const [there, next] = [await roomOfTwo(), await attackers()];
    const frame = fc.oneof(
      { weight: 4, arbitrary: malformed },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.slice().buffer) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
        const socket = await SocketIoTestSocket.connect(next());
        // A socket that the server has closed meanwhile takes nothing more.
        const send = (one: string | ArrayBuffer) => {
          try {
            socket.send(one);
          } catch {
            // Closed.
          }
        };
        for (const one of [...frames, "1"]) send(one);
        await eventually(async () => expect(await isKnown(socket.sid)).toBe(false));
        expect(socket.frames.join("\n")).not.toMatch(/"code":"internal"/);
      }),
      { numRuns: RUNS, seed },
    );
    await isSound(there);
  });

  it("of an event, whatever it carries, are refused with a code of the contract", async () => {
    const there = await roomOfTwo();
    const names = [
      "join",
      "leave",
      "chat",
      "edit",
      "delete",
      "add_reaction",
      "remove_reaction",
      "read",
      "typing",
    ];
    const named = fc.oneof(fc.constant(there.room), fc.jsonValue({ maxDepth: 1 }), fc.double());
    const field = fc.jsonValue({ maxDepth: 1 });
    const input = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record(
        {
          room: named,
          threadId: named,
          seq: fc.oneof(fc.double(), fc.integer(), field),
          id: field,
          messageId: fc.oneof(fc.constant("1-1"), fc.constant(`${2 ** 53}-1`), field),
          emoji: field,
          reactionType: field,
          replyTo: field,
          since: field,
          cursor: field,
          clientId: field,
        },
        { requiredKeys: [] },
      ),
    );
    const socket = await SocketIoTestSocket.connect(await person("Eve"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), input, async (name, value) => {
        const answer = await socket.ask<{ ok: boolean; error?: { code: string } }>(name, value);
        // Leaving a room that one is not in changes nothing.
        if (name === "leave" && answer.ok) return;
        expect(Object.keys(ERROR_STATUS)).toContain(answer.error?.code);
        expect(answer.error?.code).not.toBe("internal");
        // Ten bad ones in a row would end the session.
        expect(await socket.ask("leave", { room: there.room })).toMatchObject({ ok: true });
      }),
      { numRuns: 2 * RUNS, seed },
    );
    await isSound(there);
  });
});
