/** Renewing a socket's session: a fresh token of the same user lets the socket live until that token's end. */
import { verifyHostToken } from "../auth/host-token.ts";
import { LilypadError } from "../protocol/errors.ts";
import type { Ack } from "../protocol/events.ts";
import type { Caller } from "../rpc/caller.ts";
import { resultOf, type Result } from "../rpc/result.ts";
import type { Connections } from "./connections.ts";

/** Most tokens of one socket that may wait: checking one may fetch keys. */
const MOST_WAITING = 8;
const RETRY_AFTER_MS = 1_000;

export interface TokenRenewalOptions {
  /** Whether the socket still is what it was when the token came; asked again after each wait. */
  isOpen: (socket: WebSocket) => boolean;
  /** Throws where the caller's token was revoked. */
  requireUnrevoked: (caller: Caller) => void | Promise<void>;
  /** The socket's session is the caller's from now on. */
  onRenewed: (socket: WebSocket, caller: Caller) => void;
  /** The `rev` of the acknowledgement. */
  rev: () => number;
}

interface Queue {
  last: Promise<unknown>;
  length: number;
}

export class TokenRenewal {
  readonly #env: Env;
  readonly #connections: Connections;
  readonly #options: TokenRenewalOptions;
  readonly #queues = new WeakMap<WebSocket, Queue>();

  constructor(env: Env, connections: Connections, options: TokenRenewalOptions) {
    this.#env = env;
    this.#connections = connections;
    this.#options = options;
  }

  /**
   * Checks a token when those that this socket sent before are done. Resolves with the reply, or undefined where the
   * socket has gone meanwhile. Throws `rate_limited` where too many wait.
   */
  renew(socket: WebSocket, token: string): Promise<Result<Ack> | undefined> {
    const queue = this.#queues.get(socket) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= MOST_WAITING)
      throw new LilypadError("rate_limited", "Too many of these at once.", { retryAfterMs: RETRY_AFTER_MS });
    queue.length += 1;
    const work = () => this.#check(socket, token);
    const result = queue.last.then(work, work).finally(() => {
      queue.length -= 1;
    });
    queue.last = result;
    this.#queues.set(socket, queue);
    return result;
  }

  async #check(socket: WebSocket, token: string): Promise<Result<Ack> | undefined> {
    const { isOpen, requireUnrevoked, onRenewed, rev } = this.#options;
    if (!isOpen(socket)) return undefined;
    const result = await resultOf(async (): Promise<Ack | undefined> => {
      const caller = await verifyHostToken(this.#env, token);
      if (!isOpen(socket)) return undefined;
      if (caller.user.id !== this.#connections.of(socket).userId)
        throw new LilypadError("forbidden", "That token is another user's.");
      await requireUnrevoked(caller);
      if (!isOpen(socket)) return undefined;
      this.#connections.update(socket, { expiresAt: caller.expiresAt, issuedAt: caller.issuedAt });
      onRenewed(socket, caller);
      return { rev: rev(), at: Date.now() };
    });
    if (!result.ok) return isOpen(socket) ? result : undefined;
    return result.value && { ok: true, value: result.value };
  }
}
