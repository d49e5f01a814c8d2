/** The host's server, as far as objects send to it: what it was sent, and what it answers. */
import { afterEach, beforeEach, vi } from "vitest";
import { webhookKey } from "../../src/config/receivers.ts";
import { beforeSendRequest, webhookEvent, type WebhookEvent } from "../../src/protocol/webhooks.ts";
import type { BeforeSendAnswer, BeforeSendRequest } from "../../src/protocol/webhooks.ts";
import { useSettingsForAll } from "./settings.ts";

export const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const WEBHOOK_KEY = webhookKey(WEBHOOK_SECRET) ?? new Uint8Array();
const WEBHOOK_URL = "https://host.example/webhooks";
export const BEFORE_SEND_URL = "https://host.example/before-send";

/** A webhook that was sent. */
export interface SentWebhook {
  id: string;
  timestamp: number;
  signature: string;
  body: string;
  event: WebhookEvent;
}

/** A request before sending. Whoever has it answers it. */
export interface SentCheck {
  request: BeforeSendRequest;
  headers: Headers;
  /** Called by the object that asked, whose own the response then is. */
  answer: (respond: () => Response) => void;
  fail: () => void;
}

type AnswerWebhook = (sent: SentWebhook) => Response | Promise<Response>;
type AnswerCheck = (sent: SentCheck) => void;

export class Receiver {
  /** Everything, of all threads, accepted or not. */
  readonly webhooks: SentWebhook[] = [];
  readonly checks: SentCheck[] = [];
  /** How many requests Lilypad gave up. */
  givenUp = 0;
  readonly redirects = new Set<string | undefined>();
  answerWebhook: AnswerWebhook = accept;
  /** Answers checks as they come; allows all unless a test says otherwise. */
  answerCheck: AnswerCheck = allowAll;

  /** What was sent of a thread, in order. */
  of(threadId: string): SentWebhook[] {
    return this.webhooks.filter(({ event }) => event.threadId === threadId);
  }

  types(threadId: string): string[] {
    return this.of(threadId).map(({ event }) => event.type);
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const body = String(init.body);
    this.redirects.add(init.redirect);
    const answer =
      url === WEBHOOK_URL ? this.#receive(headers, body) : this.#check(headers, JSON.parse(body));
    const aborted = new Promise<never>((_resolve, reject) =>
      init.signal?.addEventListener("abort", () => {
        this.givenUp++;
        reject(init.signal?.reason);
      }),
    );
    return Promise.race([answer, aborted]);
  };

  async #receive(headers: Headers, body: string): Promise<Response> {
    const sent = {
      id: headers.get("webhook-id") ?? "",
      timestamp: Number(headers.get("webhook-timestamp")),
      signature: headers.get("webhook-signature") ?? "",
      body,
      event: webhookEvent.parse(JSON.parse(body)),
    };
    this.webhooks.push(sent);
    return this.answerWebhook(sent);
  }

  async #check(headers: Headers, body: unknown): Promise<Response> {
    const given: (() => Response)[] = [];
    const sent: SentCheck = {
      request: beforeSendRequest.parse(body),
      headers,
      answer: (respond) => void given.push(respond),
      fail: () =>
        void given.push(() => {
          throw new TypeError("expected: nobody answers");
        }),
    };
    this.checks.push(sent);
    this.answerCheck(sent);
    // By timers of the object that asks: nobody else may run its code. It gives up after a time.
    for (let looks = 0; given.length === 0 && looks < MOST_LOOKS; looks++) await scheduler.wait(LOOK_MS);
    return given[0]?.() ?? new Response();
  }
}

/** Between two looks at whether a check was answered, and how many there are: longer than anybody waits. */
const LOOK_MS = 5;
const MOST_LOOKS = 1_000;

const accept: AnswerWebhook = () => new Response(null, { status: 204 });
const allowAll: AnswerCheck = (sent) => answerEach(sent, () => ({ action: "allow" }));

/** Leaves a check to be answered by the test. */
export const leaveOpen: AnswerCheck = () => {};

type Decision = BeforeSendAnswer extends infer A ? (A extends unknown ? Omit<A, "no"> : never) : never;

/** Answers each check of a request. */
export function answerEach(
  { request, answer }: SentCheck,
  decide: (check: BeforeSendRequest["data"]["checks"][number]) => Decision,
): void {
  const answers = request.data.checks.map((check) => ({ no: check.no, ...decide(check) }));
  answer(() => Response.json({ answers }));
}

/** A receiver for each test of a file, for webhooks and for checks before sending. */
export function useReceiver(): { readonly host: Receiver } {
  useSettingsForAll({
    webhooks: { url: WEBHOOK_URL, key: WEBHOOK_KEY },
    beforeSend: { url: BEFORE_SEND_URL, key: WEBHOOK_KEY, failsClosed: false },
  });
  let host = new Receiver();
  beforeEach(() => {
    host = new Receiver();
    vi.spyOn(globalThis, "fetch").mockImplementation((url, init) => host.fetch(String(url), init ?? {}));
  });
  afterEach(() => vi.restoreAllMocks());
  return {
    get host() {
      return host;
    },
  };
}
