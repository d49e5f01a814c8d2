/**
 * `lilypad/server`: the host's server. It signs its users' tokens, makes threads and users, sends and deletes messages, and
 * verifies webhooks. It needs `fetch` and Web Crypto, and nothing else.
 */
import type { ThreadPage } from "../protocol/http.ts";
import type { Thread } from "../protocol/model.ts";
import { queryString } from "./query-string.ts";
import { Bans } from "./bans.ts";
import { Reports } from "./reports.ts";
import { sender, type RequestOptions, type Send } from "./request.ts";
import { ServerTokens } from "./server-tokens.ts";
import { TokenSigner } from "./sign-token.ts";
import { HostThread, UserThread, type Page, type ThreadName } from "./threads.ts";
import { signUserToken, type TokenUser, type UserTokenOptions } from "./user-token.ts";
import { Users } from "./users.ts";

export type { ErrorCode, Issue } from "../protocol/errors.ts";
export type { HostBanPage, HostBanView } from "../protocol/host-bans.ts";
export type { Link, LinkList, NewLink } from "../protocol/links.ts";
export type { Report, ReportPage, ReportState } from "../protocol/reports.ts";
export type { HostUser, MemberPage, MessagePage, ReadState, ThreadPage } from "../protocol/http.ts";
export type { Kind, Member, Message, Role, Thread, ThreadSummary, User } from "../protocol/model.ts";
export type { BeforeSendCheck, BeforeSendRequest, WebhookEvent } from "../protocol/webhooks.ts";
export { ApiError, type ApiErrorCode } from "./api-error.ts";
export type {
  Data,
  HostThread,
  MessageRange,
  NewMember,
  NewMessage,
  Page,
  PutThread,
  ThreadCalls,
  ThreadName,
  UserThread,
} from "./threads.ts";
export type { TokenUser, UserTokenOptions } from "./user-token.ts";
export type { Bans, PutBan } from "./bans.ts";
export type { ReportRange, Reports, Resolution } from "./reports.ts";
export type { PutUser, Users } from "./users.ts";
export {
  answerChecks,
  verifyWebhook,
  WebhookError,
  type CheckAnswers,
  type Decision,
  type ReceivedRequest,
  type WebhookSecret,
} from "./webhooks.ts";

export interface ServerOptions {
  /** Where Lilypad is, such as `https://chat.example.com`. */
  url: string;
  /** `SERVER_SECRET`, by which the server acts. Needed for every call but `signUserToken`. */
  secret?: string | Uint8Array<ArrayBuffer>;
  /** `AUTH_SECRET`, by which it vouches for its users. Needed for `signUserToken` alone. */
  authSecret?: string | Uint8Array<ArrayBuffer>;
  /** How long one attempt of a request may take, in milliseconds; 10,000 if absent. */
  timeoutMs?: number;
  /** How often a request that got no answer, `rate_limited` or `unavailable` is repeated; 3 times if absent. */
  retries?: number;
  /** What to use instead of the global `fetch`, such as a service binding's. */
  fetch?: typeof fetch;
}

/** Throws a `TypeError` for a URL or a secret that cannot be right. */
export function createServer(options: ServerOptions): Server {
  return new Server(options);
}

export class Server {
  readonly users: Users;
  readonly bans: Bans;
  readonly reports: Reports;
  readonly #send: Send;
  readonly #origin: string;
  readonly #requests: RequestOptions;
  readonly #tokens: ServerTokens | undefined;
  readonly #users: TokenSigner | undefined;

  constructor({ url, secret, authSecret, timeoutMs = 10_000, retries = 3, fetch: fetcher }: ServerOptions) {
    this.#origin = new URL(url).origin;
    this.#requests = { timeoutMs, retries, fetch: fetcher ?? globalThis.fetch };
    this.#tokens = secret === undefined ? undefined : new ServerTokens(new TokenSigner(secret, "secret"));
    this.#users = authSecret === undefined ? undefined : new TokenSigner(authSecret, "authSecret");
    this.#send = this.#as(undefined);
    this.users = new Users(this.#send);
    this.bans = new Bans(this.#send);
    this.reports = new Reports(this.#send);
  }

  /** A token by which a user's browser signs in (`getToken` of the client, `Authorization` of `POST /api/session`). */
  async signUserToken(user: TokenUser, options?: UserTokenOptions): Promise<string> {
    if (!this.#users) throw new TypeError("createServer needs authSecret for this");
    return signUserToken(this.#users, user, options);
  }

  /** A server token, for requests that this library does not make: of the host itself, or of one of its users. */
  async serverToken(userId?: string): Promise<string> {
    if (!this.#tokens) throw new TypeError("createServer needs secret for this");
    return this.#tokens.tokenFor(userId);
  }

  /** A thread by its id or by the host's key of it (`key:order-123`), as the host itself. Asks nothing yet. */
  thread(name: ThreadName): HostThread {
    return new HostThread(this.#send, name);
  }

  /** The same server as one of its users, who must be known: with their rights, and without their rate limits. */
  asUser(userId: string): AsUser {
    return new AsUser(this.#as(userId));
  }

  #as(userId: string | undefined): Send {
    return sender(this.#origin, () => this.serverToken(userId), this.#requests);
  }
}

/** What a user of the host can do, and the host for them. */
export class AsUser {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  thread(name: ThreadName): UserThread {
    return new UserThread(this.#send, name);
  }

  /** The user's threads, most recently active first. */
  threads(page: Page = {}): Promise<ThreadPage> {
    return this.#send({ method: "GET", path: `/api/threads${queryString(page)}` });
  }

  /** Joins the thread of an invitation link. Rejects with `not_found` where the link is not valid. */
  redeemLink(code: string): Promise<Thread> {
    return this.#send({ method: "POST", path: `/api/links/${encodeURIComponent(code)}` });
  }

  /** The direct thread with another user, made where there is none. */
  directThread(userId: string): Promise<Thread> {
    const body = { kind: "direct", memberIds: [userId] };
    return this.#send({ method: "POST", path: "/api/threads", body });
  }
}
