/** The steps on a thread's messages: each is carried out, and its reply recorded in what the thread is expected to hold. */
import { assert } from "vitest";
import type { ReadState } from "../../src/protocol/http.ts";
import type { Message } from "../../src/protocol/model.ts";
import { threadStub } from "../support/objects.ts";
import type { ModelledThread } from "./modelled-thread.ts";
import type { StepOf, Transport, Who } from "./program.ts";
import { commandId } from "./room-client.ts";

type Chat = { id: string; body: string; replyTo?: number; since?: number };
type Command = { type: string; seq: number; [key: string]: unknown };

/** HTTP methods of the commands that exist over sockets and HTTP. */
const METHOD = { edit: "PATCH", delete: "DELETE", react: "PUT", unreact: "DELETE" } as const;

export class MessageSteps {
  readonly #thread: ModelledThread;

  constructor(thread: ModelledThread) {
    this.#thread = thread;
  }

  async send({ who, transport, replyTo }: StepOf<"send">): Promise<void> {
    const id = commandId();
    const to = replyTo === null ? {} : { replyTo: this.#thread.seq(replyTo) };
    await this.#post(who, transport, { id, body: `${who} says ${id}`, ...to });
  }

  /** Sends a message, and records it if it is acknowledged. */
  async #post(who: Who, transport: Transport, message: Chat): Promise<void> {
    const author = this.#thread.users[who].user.id;
    const mayWrite = this.#thread.expected.mayWrite(author, "send");
    const seq = await this.#chat(who, transport, message);
    if (seq === undefined) return;
    assert.isTrue(mayWrite, `${who} may send`);
    this.#thread.expected.sent({ ...message, author }, seq);
  }

  /** The seq of the acknowledged message, new or repeated; undefined where it was refused. */
  async #chat(who: Who, transport: Transport, message: Chat): Promise<number | undefined> {
    const client = this.#thread.clients[who];
    if (transport === "socket" && client.isOpen) {
      const answer = await client.ask({ type: "chat", ...message });
      return answer.type === "ack" ? answer.seq : undefined;
    }
    const stored = await this.#thread.http<Message>(who, "POST", "/messages", message);
    return stored?.seq;
  }

  /** Sends several messages at once. */
  async burst({ who, count }: StepOf<"burst">): Promise<void> {
    const client = this.#thread.clients[who];
    const author = this.#thread.users[who].user.id;
    if (!client.isOpen || !this.#thread.expected.mayWrite(author, "send")) return;
    const messages = Array.from({ length: count }, () => {
      const id = commandId();
      return { type: "chat", id, body: `${id}!` };
    });
    const first = this.#thread.expected.newest + 1;
    const last = messages.at(-1);
    if (!last) return;
    // In one frame, so that it is the same whether the object runs or has to wake: all of them are written together. The
    // ack of the last comes after those of the others, each of which has the next seq.
    const answer = await client.ask(last, messages.slice(0, -1));
    assert.equal(
      answer.type === "ack" && answer.seq,
      first + count - 1,
      "every message of the burst is stored, in order",
    );
    messages.forEach(({ id, body }, i) => this.#thread.expected.sent({ id, body, author }, first + i));
  }

  /** Two users send at the same moment. The thread decides which is first. */
  async simultaneous({ who, with: other }: StepOf<"simultaneous">): Promise<void> {
    const transport = "socket";
    await Promise.all([
      this.send({ do: "send", who, transport, replyTo: null }),
      this.send({ do: "send", who: other, transport, replyTo: null }),
    ]);
  }

  /** The connection is lost before the ack of a message: the client resumes, and sends it again with `since`. */
  async disconnect({ who }: StepOf<"disconnect">): Promise<void> {
    const client = this.#thread.clients[who];
    if (!client.isOpen || !this.#thread.expected.mayWrite(client.person.user.id, "send")) return;
    const id = commandId();
    const body = `${who} says ${id} before a disconnect`;
    const since = client.state.cursor?.rev ?? 0;
    client.send({ type: "chat", id, body });
    await client.close();
    await client.open(client.cursor);
    const seq = await this.#chat(who, "socket", { id, body, since });
    assert.isNumber(seq, "what is sent again is acknowledged");
    if (seq !== undefined) this.#thread.expected.sent({ id, body, author: client.person.user.id }, seq);
  }

  /** Sends an acknowledged message again: it is acknowledged with its seq, and nothing changes. */
  async resend({ who, transport, nth, since }: StepOf<"resend">): Promise<void> {
    const sent = this.#thread.expected.sentBy(this.#thread.users[who].user.id);
    const first = sent[nth % Math.max(1, sent.length)];
    if (!first) return;
    const { id } = first.message;
    // The rev at which it was first sent is at least that of the messages before it.
    const from = since ? { since: first.seq - 1 } : {};
    const seq = await this.#chat(who, transport, { id, body: "sent again", ...from });
    assert.equal(seq, this.#thread.isMember(who) ? first.seq : undefined, "a repeat has the first seq");
  }

  async edit({ who, transport, message }: StepOf<"edit">): Promise<void> {
    const seq = this.#thread.seq(message);
    const body = `${who} edits ${commandId()}`;
    if (await this.#change(who, transport, { type: "edit", seq, body }))
      this.#thread.expected.edited(seq, body);
  }

  async delete({ who, transport, message }: StepOf<"delete">): Promise<void> {
    const seq = this.#thread.seq(message);
    if (await this.#change(who, transport, { type: "delete", seq })) this.#thread.expected.deleted(seq);
  }

  async react({ do: type, who, transport, message, emoji }: StepOf<"react" | "unreact">): Promise<void> {
    const seq = this.#thread.seq(message);
    if (await this.#change(who, transport, { type, seq, emoji }))
      this.#thread.expected.reacted(type, seq, emoji, this.#thread.users[who].user.id);
  }

  /** Many users react to a message at the same moment, or take their reactions back. */
  async crowdReacts({ type, message, emoji, from, count }: StepOf<"crowd">): Promise<void> {
    const seq = this.#thread.seq(message);
    const stub = threadStub(this.#thread.thread.id);
    await Promise.all(
      this.#thread.crowd.slice(from, from + count).map(async (user) => {
        const result = await stub.run(user, { type, id: commandId(), seq, emoji });
        if (result.ok) this.#thread.expected.reacted(type, seq, emoji, user.id);
      }),
    );
  }

  /** Whether the change was acknowledged. */
  async #change(
    who: Who,
    transport: Transport,
    command: Command & { type: keyof typeof METHOD },
  ): Promise<boolean> {
    const mayWrite =
      command.type === "delete" || this.#thread.expected.mayWrite(this.#thread.users[who].user.id, "change");
    const isDone = await this.#isAcknowledged(who, transport, command);
    assert.isTrue(mayWrite || !isDone, `${who} may ${command.type}`);
    return isDone;
  }

  async #isAcknowledged(
    who: Who,
    transport: Transport,
    command: Command & { type: keyof typeof METHOD },
  ): Promise<boolean> {
    const client = this.#thread.clients[who];
    if (transport === "socket" && client.isOpen) {
      const answer = await client.ask({ id: commandId(), ...command });
      return answer.type === "ack";
    }
    const { type, seq, emoji, body } = command;
    const path = `/messages/${seq}${typeof emoji === "string" ? `/reactions/${encodeURIComponent(emoji)}` : ""}`;
    return (
      (await this.#thread.http(who, METHOD[type], path, type === "edit" ? { body } : undefined)) !== undefined
    );
  }

  async read({ who, transport, message }: StepOf<"read">): Promise<void> {
    const client = this.#thread.clients[who];
    const { id } = client.person.user;
    const seq = Math.min(this.#thread.seq(message), this.#thread.expected.newest);
    if (transport === "socket" && client.isOpen) {
      client.send({ type: "read", seq });
      await client.settle();
      this.#thread.movedBySocket.add(id);
      return;
    }
    const state = await this.#thread.http<ReadState>(who, "PUT", "/read", { seq });
    if (!state) return;
    assert.isAtLeast(state.readSeq, seq);
    this.#thread.expected.reads(id, seq);
  }
}
