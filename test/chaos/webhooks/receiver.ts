/** The host's server: it receives webhooks, and fails in the ways that servers fail. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ChangeNotifier } from "../support/change-notifier.ts";

export type Behaviour = "accepts" | "fails" | "hangs" | "is down";

/** A webhook that was accepted: by its id, and what it says. */
export interface Accepted {
  id: string;
  threadId: string;
  /** Such as `message.created 3`. */
  what: string;
}

interface WebhookBody {
  type: string;
  threadId: string;
  data: { message?: { seq: number }; seq?: number; member?: { user: { id: string } }; userId?: string };
}

export class Receiver {
  readonly accepted: Accepted[] = [];
  /** Webhooks that arrived and were not accepted. */
  refused = 0;
  readonly #changes: ChangeNotifier;
  #behaviour: Behaviour = "accepts";
  #server: Server | undefined;
  #port = 0;

  constructor(changes: ChangeNotifier) {
    this.#changes = changes;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/webhooks`;
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#behaviour = behaviour;
    if (behaviour === "is down") this.stop();
    else await this.#start();
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#server = undefined;
  }

  async #start(): Promise<void> {
    if (this.#server) return;
    const server = createServer((request, response) => void this.#receive(request, response));
    this.#server = server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.#port = address.port;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (this.#behaviour === "accepts") {
      const { type, threadId, data } = JSON.parse(body) as WebhookBody;
      const about = data.message?.seq ?? data.seq ?? data.member?.user.id ?? data.userId;
      const what = about === undefined ? type : `${type} ${about}`;
      this.accepted.push({ id: String(request.headers["webhook-id"]), threadId, what });
      response.writeHead(204).end();
    } else {
      this.refused++;
      if (this.#behaviour === "fails") response.writeHead(500).end();
    }
    this.#changes.notify();
  }
}
