/** One thread and what was acknowledged in it, to which every member's tab and list is compared. */
import type { Thread, ThreadSummary } from "../../../src/protocol/model.ts";
import { requestJson } from "../support/request-json.ts";
import type { Server } from "../support/server.ts";
import type { ClientUser } from "./client-user.ts";

export class CheckedThread {
  readonly threadId: string;
  readonly members: readonly ClientUser[];
  readonly #server: Server;
  readonly #readSeqs = new Map<ClientUser, number>();
  #messages = 0;

  private constructor(server: Server, threadId: string, members: readonly ClientUser[]) {
    this.#server = server;
    this.threadId = threadId;
    this.members = members;
  }

  /** Creates a group of these members. */
  static async create(server: Server, members: readonly ClientUser[]): Promise<CheckedThread> {
    const [creator, ...others] = members;
    if (!creator) throw new Error("a thread needs a member");
    const memberIds = others.map(({ id }) => id);
    const { id } = await creator.user.api.createThread({ kind: "group", memberIds });
    return new CheckedThread(server, id, members);
  }

  /** How many messages were acknowledged. */
  get messages(): number {
    return this.#messages;
  }

  /** A member sends a message; resolves when it is acknowledged. */
  async send(author: ClientUser): Promise<void> {
    const seq = await author.send(this.threadId, `message of ${author.id}`);
    this.#messages++;
    this.#raise(author, seq);
  }

  /** A member moves their read marker to the newest message. */
  async read(reader: ClientUser): Promise<void> {
    this.#raise(reader, await reader.read(this.threadId, Math.max(1, this.#messages)));
  }

  /** The members whose tabs do not show the newest message or their own read marker yet. */
  outdatedTabs(): ClientUser[] {
    return this.members.filter((member) => {
      const marks = member.tab.getSnapshot().marks[this.threadId];
      return marks?.seq !== this.#messages || marks.readSeq !== this.#readSeqOf(member);
    });
  }

  /** Where the thread or a member's list differs from what was acknowledged. */
  async violations(): Promise<string[]> {
    const violations: string[] = [];
    const [member1] = this.members;
    if (!member1) return violations;
    const path = `/api/threads/${this.threadId}`;
    const thread = await requestJson<Thread>(this.#server, member1.user, "GET", path);
    if (thread.seq !== this.#messages)
      violations.push(`${this.#messages} messages were acknowledged, ${thread.seq} are stored`);
    for (const member of this.members) {
      const readSeq = this.#readSeqOf(member);
      const unread = this.#messages - readSeq;
      const stored = thread.members.find(({ user }) => user.id === member.id);
      if (stored?.readSeq !== readSeq)
        violations.push(`${member.id}'s read marker is ${readSeq}; the thread has ${stored?.readSeq}`);
      const listed = await this.#summaryFor(member);
      if (listed?.seq !== this.#messages || listed.unread !== unread)
        violations.push(
          `${member.id} has ${unread} of ${this.#messages} unread; their list has ${listed?.unread} of ${listed?.seq}`,
        );
    }
    return violations.map((violation) => `${this.threadId.slice(0, 6)}: ${violation}`);
  }

  async #summaryFor(member: ClientUser): Promise<ThreadSummary | undefined> {
    const { threads } = await member.user.api.threads({ limit: 200 });
    return threads.find(({ id }) => id === this.threadId);
  }

  #readSeqOf(member: ClientUser): number {
    return this.#readSeqs.get(member) ?? 0;
  }

  #raise(member: ClientUser, seq: number): void {
    this.#readSeqs.set(member, Math.max(seq, this.#readSeqOf(member)));
  }
}
