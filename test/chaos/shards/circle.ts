/** One thread and what was acknowledged of it: what everybody's tab and list are held to. */
import type { Thread, ThreadSummary } from "../../../src/protocol/model.ts";
import { ask } from "../support/ask.ts";
import type { Server } from "../support/server.ts";
import type { Member } from "./member.ts";

export class Circle {
  readonly threadId: string;
  readonly members: readonly Member[];
  readonly #server: Server;
  readonly #read = new Map<Member, number>();
  #messages = 0;

  private constructor(server: Server, threadId: string, members: readonly Member[]) {
    this.#server = server;
    this.threadId = threadId;
    this.members = members;
  }

  /** A group of these. */
  static async of(server: Server, members: readonly Member[]): Promise<Circle> {
    const [creator, ...others] = members;
    if (!creator) throw new Error("a thread without members");
    const memberIds = others.map(({ id }) => id);
    const { id } = await creator.person.api.createThread({ kind: "group", memberIds });
    return new Circle(server, id, members);
  }

  get messages(): number {
    return this.#messages;
  }

  /** A member writes; acknowledged when it resolves. */
  async say(author: Member): Promise<void> {
    const seq = await author.say(this.threadId, `message of ${author.id}`);
    this.#messages++;
    this.#raise(author, seq);
  }

  /** A member reads all there is. */
  async read(reader: Member): Promise<void> {
    this.#raise(reader, await reader.read(this.threadId, Math.max(1, this.#messages)));
  }

  /** Which members' tabs do not show yet what they are to show. */
  lacking(): Member[] {
    return this.members.filter((member) => {
      const marks = member.tab.getSnapshot().marks[this.threadId];
      return marks?.seq !== this.#messages || marks.readSeq !== this.#readOf(member);
    });
  }

  /** What the thread itself, and each member's list, say otherwise than was acknowledged. */
  async complaints(): Promise<string[]> {
    const complaints: string[] = [];
    const [someone] = this.members;
    if (!someone) return complaints;
    const path = `/api/threads/${this.threadId}`;
    const thread = await ask<Thread>(this.#server, someone.person, "GET", path);
    if (thread.seq !== this.#messages)
      complaints.push(`${this.#messages} messages were acknowledged, and ${thread.seq} are there`);
    for (const member of this.members) {
      const readSeq = this.#readOf(member);
      const stored = thread.members.find(({ user }) => user.id === member.id);
      if (stored?.readSeq !== readSeq)
        complaints.push(`${member.id} has read up to ${readSeq}; the thread says ${stored?.readSeq}`);
      const listed = await this.#listed(member);
      if (listed?.seq !== this.#messages || listed.unread !== this.#messages - readSeq)
        complaints.push(
          `${member.id} has ${this.#messages - readSeq} of ${this.#messages} unread; their list says ${listed?.unread} of ${listed?.seq}`,
        );
    }
    return complaints.map((complaint) => `${this.threadId.slice(0, 6)}: ${complaint}`);
  }

  async #listed(member: Member): Promise<ThreadSummary | undefined> {
    const { threads } = await member.person.api.threads({ limit: 200 });
    return threads.find(({ id }) => id === this.threadId);
  }

  #readOf(member: Member): number {
    return this.#read.get(member) ?? 0;
  }

  #raise(member: Member, seq: number): void {
    this.#read.set(member, Math.max(seq, this.#readOf(member)));
  }
}
