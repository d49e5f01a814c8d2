/** A thread, as the host itself or one of its users asks for it. */
import type { InvitedState, MemberPage, MessagePage, ReadState } from "../protocol/http.ts";
import type { Member, Message, Role, Thread } from "../protocol/model.ts";
import type { Send } from "./request.ts";
import type { LinkList, NewLink } from "../protocol/links.ts";
import type { Report, ReportPage } from "../protocol/reports.ts";
import { queryString } from "./query-string.ts";
import type { ReportRange, Resolution } from "./reports.ts";

/** A JSON object of the host's own. */
export type Data = Record<string, unknown>;

/** A thread's id, or `key:` and the host's own key of it, such as `key:order-123`. */
export type ThreadName = string;

/** Someone to be in a thread from the beginning: one who is unknown to Lilypad is made known by `name`. */
export interface NewMember {
  id: string;
  name?: string;
  avatarUrl?: string;
}

export interface PutThread {
  kind: "group" | "public";
  /** `null` removes it, absent leaves it. */
  name?: string | null;
  /** At most 100, added when the thread is made, and later those who were never named before. */
  members?: readonly NewMember[];
  /** At most 4,096 bytes as JSON. `null` removes it, absent leaves it. */
  data?: Data | null;
}

export interface NewMessage {
  body: string;
  /** 1 to 64 characters, unique to the author in the thread: what is sent again with it is stored once. Random if absent. */
  id?: string;
  /** The `seq` of the message that this one answers. */
  replyTo?: number;
  /** At most 2,048 bytes as JSON. */
  data?: Data;
}

export interface Page {
  /** `nextCursor` of the page before. */
  cursor?: string;
  /** 1 to 200; 50 if absent. */
  limit?: number;
}

/** At most one of `before`, `after` and `around`, each a `seq`; with none the newest messages. */
export interface MessageRange {
  before?: number;
  after?: number;
  around?: number;
  limit?: number;
}

/** What the host and users have in common; what each may do, Lilypad decides. */
export class ThreadCalls {
  protected readonly send: Send;
  /** The thread's path. */
  protected readonly path: string;

  constructor(send: Send, name: ThreadName) {
    this.send = send;
    this.path = `/api/threads/${encodeURIComponent(name)}`;
  }

  /** The thread. Rejects with `not_found` where there is none that the caller may see. */
  get(): Promise<Thread> {
    return this.send({ method: "GET", path: this.path });
  }

  /** Gives the thread another name; `null` removes it. */
  rename(name: string | null): Promise<Thread> {
    return this.send({ method: "PATCH", path: this.path, body: { name } });
  }

  /** Deletes the thread, and all that is stored of it. */
  delete(): Promise<void> {
    return this.send({ method: "DELETE", path: this.path });
  }

  members(page: Page = {}): Promise<MemberPage> {
    return this.send({ method: "GET", path: `${this.path}/members${queryString(page)}` });
  }

  /**
   * Adds a member, or changes their role. Also brings back who left, but nobody who is banned. In a user's name it may invite
   * instead, and returns that.
   */
  putMember(userId: string, { role }: { role?: Role } = {}): Promise<Member | InvitedState> {
    return this.send({ method: "PUT", path: this.#member(userId), body: { role } });
  }

  removeMember(userId: string): Promise<void> {
    return this.send({ method: "DELETE", path: this.#member(userId) });
  }

  messages(range: MessageRange = {}): Promise<MessagePage> {
    return this.send({ method: "GET", path: `${this.path}/messages${queryString(range)}` });
  }

  /** Sends a message, and stores it once, however often it takes to reach Lilypad. */
  sendMessage({ id = crypto.randomUUID(), ...message }: NewMessage): Promise<Message> {
    return this.send({ method: "POST", path: `${this.path}/messages`, body: { id, ...message } });
  }

  /** Replaces the text of the caller's own message. */
  editMessage(seq: number, body: string): Promise<Message> {
    return this.send({ method: "PATCH", path: this.message(seq), body: { body } });
  }

  /** Deletes a message, from storage too; a tombstone stays. */
  deleteMessage(seq: number): Promise<void> {
    return this.send({ method: "DELETE", path: this.message(seq) });
  }

  /** Makes an invitation link; its `code` is shown this once. By default it does not expire, and any number may use it. */
  createLink(link: { expiresAt?: number; uses?: number } = {}): Promise<NewLink> {
    return this.send({ method: "POST", path: `${this.path}/links`, body: link, isOnce: true });
  }

  links(): Promise<LinkList> {
    return this.send({ method: "GET", path: `${this.path}/links` });
  }

  revokeLink(no: number): Promise<void> {
    return this.send({ method: "DELETE", path: `${this.path}/links/${no}` });
  }

  /** The reports of this thread, newest first; of a user's own messages they see none. */
  reports(range: ReportRange = {}): Promise<ReportPage> {
    return this.send({ method: "GET", path: `${this.path}/reports${queryString(range)}` });
  }

  /** Resolves a report. Rejects with `conflict` where that was done before. */
  resolveReport(no: number, resolution: Resolution): Promise<Report> {
    const path = `${this.path}/reports/${no}`;
    return this.send({ method: "POST", path, body: resolution, isOnce: true });
  }

  protected message(seq: number): string {
    return `${this.path}/messages/${seq}`;
  }

  #member(userId: string): string {
    return `${this.path}/members/${encodeURIComponent(userId)}`;
  }
}

/** A thread as the host itself asks for it: its messages are the system's. */
export class HostThread extends ThreadCalls {
  /**
   * Makes the thread of a key, or updates its name and data where it exists. So it can be called whenever the thread is
   * needed. Its name must be `key:…`.
   */
  put(thread: PutThread): Promise<Thread> {
    return this.send({ method: "PUT", path: this.path, body: thread });
  }
}

/** A thread as one of the host's users asks for it, with their rights. */
export class UserThread extends ThreadCalls {
  react(seq: number, emoji: string): Promise<void> {
    return this.send({ method: "PUT", path: this.#reaction(seq, emoji) });
  }

  unreact(seq: number, emoji: string): Promise<void> {
    return this.send({ method: "DELETE", path: this.#reaction(seq, emoji) });
  }

  /** Reports a message to the moderators, once: another report of the same one changes nothing. */
  report(seq: number, { reason, note }: { reason: string; note?: string }): Promise<void> {
    return this.send({ method: "POST", path: `${this.message(seq)}/reports`, body: { reason, note } });
  }

  /** Moves the user's read marker forward. */
  read(seq: number): Promise<ReadState> {
    return this.send({ method: "PUT", path: `${this.path}/read`, body: { seq } });
  }

  #reaction(seq: number, emoji: string): string {
    return `${this.message(seq)}/reactions/${encodeURIComponent(emoji)}`;
  }
}
