/** How a client's event is answered: by its acknowledgement, or where it asks for none, a refusal by the event `error`. */
import { failureOf, LilypadError, type Failure } from "../../protocol/errors.ts";
import type { UserPresence } from "../../protocol/model.ts";
import { failed } from "../../rpc/result.ts";
import { MAIN } from "../packets/packet.ts";
import type { IncomingEvent, Namespaces } from "../packets/namespaces.ts";
import type { ClientSession, SessionData } from "../session-data.ts";

export class Reply {
  readonly #session: ClientSession;
  readonly #namespaces: Namespaces<SessionData>;
  readonly #event: IncomingEvent;
  /** Called after the answer: with what it was refused with, if it was. */
  readonly #onAnswered: (failure?: Failure) => void;

  constructor(
    session: ClientSession,
    namespaces: Namespaces<SessionData>,
    event: IncomingEvent,
    onAnswered: (failure?: Failure) => void,
  ) {
    this.#session = session;
    this.#namespaces = namespaces;
    this.#event = event;
    this.#onAnswered = onAnswered;
  }

  /** Whether the client asked for an acknowledgement. */
  get isAwaited(): boolean {
    return this.#event.acknowledge !== undefined;
  }

  /** Whether the client is still connected as it was when it asked. */
  get isCurrent(): boolean {
    return this.#event.isCurrent();
  }

  /** It was done. */
  success(more: object = {}): void {
    this.#event.acknowledge?.([{ ok: true, ...more }]);
    this.#onAnswered();
  }

  /** The statuses of those whom it asked for: by events where the client asks for no acknowledgement. */
  statuses(presence: readonly UserPresence[]): void {
    if (!this.isAwaited && this.isCurrent)
      for (const one of presence) this.#namespaces.emit(this.#session, MAIN, "presence", one);
    this.success({ presence });
  }

  /** It was refused. What is not an error of the contract is logged. */
  failure(error: unknown): void {
    if (!(error instanceof LilypadError)) failed(error);
    const failure = failureOf(error);
    const { code, message, retryAfterMs } = failure;
    const shown = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    const { acknowledge, name } = this.#event;
    if (acknowledge) acknowledge([{ ok: false, error: shown }]);
    else if (this.isCurrent) this.#namespaces.emit(this.#session, MAIN, "error", { ...shown, event: name });
    this.#onAnswered(failure);
  }
}
