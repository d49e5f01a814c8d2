/** Connects an element: its thread, its unread count, what is wrong, and the views once there is something to show. */
import type { RequestError } from "../client/http/request-error.ts";
import { importAgain } from "../client/import-again.ts";
import type { PresenceState } from "../client/presence/presence-state.ts";
import type { ConnectedElement, Connector, ConnectorOptions, TokenSource } from "./connector.ts";
import { MISCONFIGURED, type Problem } from "./problem.ts";
import { sharedClient, type SharedClient } from "./shared-client.ts";
import { baseStyles } from "./styles.ts";
import type { MountedViews } from "./views/mount.tsx";

export const connect: Connector = (options) => {
  options.shell.addSheet(baseStyles());
  const source = options.getToken ?? options.settings.tokenUrl ?? "";
  if (source !== "") return new ElementConnection(options, source);
  const message = "The element has no token-url: the address of this site that answers with a token.";
  console.error(`lilypad-chat: ${message}`);
  const say = () => {
    const problem = { code: MISCONFIGURED, message } as const;
    options.shell.sayProblem(problem);
    options.onProblem(problem);
  };
  say();
  return { showViews: () => {}, retry: say, close: () => {} };
};

class ElementConnection implements ConnectedElement {
  readonly #options: ConnectorOptions;
  readonly #shared: SharedClient;
  readonly #ends: (() => void)[] = [];
  #isClosed = false;
  #threadId: string | undefined;
  /** Why there is no such thread. */
  #threadProblem: Problem | undefined;
  #reported: Problem | undefined;
  #unread: number | undefined;
  #views: MountedViews | undefined;
  #isLoadingViews = false;

  constructor(options: ConnectorOptions, source: TokenSource) {
    this.#options = options;
    this.#shared = sharedClient(options.server, source);
    this.#ends.push(
      this.#shared.retain(),
      this.#shared.state.subscribe((state) => this.#follow(state)),
      this.#shared.problem.subscribe(() => this.#draw()),
    );
  }

  showViews(): void {
    this.#draw();
  }

  retry(): void {
    this.#threadProblem = undefined;
    this.#reported = undefined;
    this.#shared.retry();
    void this.#findThread();
    this.#draw();
  }

  close(): void {
    this.#isClosed = true;
    this.#views?.unmount();
    for (const end of this.#ends.toReversed()) end();
  }

  #follow(state: PresenceState): void {
    if (state.user) void this.#findThread();
    // For another user everything begins anew.
    else this.#forget();
    this.#count(state);
    this.#draw();
  }

  #forget(): void {
    this.#threadId = undefined;
    this.#threadProblem = undefined;
    this.#unread = undefined;
  }

  async #findThread(): Promise<void> {
    const { thread } = this.#options.settings;
    if (thread === null || this.#threadId !== undefined || this.#threadProblem) return;
    try {
      this.#threadId = await this.#shared.idOf(thread);
    } catch (error) {
      const { code, message } = error as RequestError;
      // Without a connection it is asked for again when there is one.
      if (code !== "offline") this.#threadProblem = { code, message };
    }
    if (this.#isClosed) return;
    this.#count(this.#shared.state.getSnapshot());
    this.#draw();
  }

  #count({ user, marks, unreadThreads }: PresenceState): void {
    if (!user) return;
    const { thread } = this.#options.settings;
    const mark = this.#threadId === undefined ? undefined : marks[this.#threadId];
    const count = thread === null ? unreadThreads : Math.max(0, mark ? mark.seq - mark.readSeq : 0);
    if (count === this.#unread || (thread !== null && this.#threadId === undefined)) return;
    this.#unread = count;
    this.#options.onUnread(count);
  }

  /** Whether there is something to show, and a place where it is seen. */
  get #isShown(): boolean {
    if (this.#isClosed || !this.#options.isOpen()) return false;
    const { user } = this.#shared.state.getSnapshot();
    return user !== undefined && (this.#options.settings.thread === null || this.#threadId !== undefined);
  }

  #draw(): void {
    if (this.#isClosed) return;
    const { shell } = this.#options;
    const problem = this.#shared.problem.getSnapshot() ?? this.#threadProblem;
    if (this.#isShown) void this.#mount();
    else this.#unmount();
    if (problem) shell.sayProblem(problem);
    else if (this.#views) shell.sayNothing();
    else shell.say("Loading…");
    if (problem && problem !== this.#reported) this.#options.onProblem(problem);
    this.#reported = problem;
  }

  async #mount(): Promise<void> {
    if (this.#views || this.#isLoadingViews) return;
    this.#isLoadingViews = true;
    try {
      const { mountViews } = await importAgain(() => import("./views/mount.tsx"));
      this.#isLoadingViews = false;
      // Meanwhile it may have been closed, or may have ended.
      if (this.#isShown)
        this.#views = mountViews({ ...this.#options, shared: this.#shared, threadId: this.#threadId });
    } catch {
      this.#isLoadingViews = false;
      this.#threadProblem = { code: "offline", message: "The chat could not be loaded." };
    }
    this.#draw();
  }

  #unmount(): void {
    this.#views?.unmount();
    this.#views = undefined;
  }
}
