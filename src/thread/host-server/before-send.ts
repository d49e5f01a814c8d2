/**
 * Asks the host's server before a message or an edit is stored: it may allow it, replace its body, or refuse it. At most
 * one request of a thread is in flight, with everything that waited when it began. All of it is in memory: what an
 * eviction catches here was not acknowledged, and its sender sends it again.
 */
import { z } from "zod";
import type { Config } from "../../config/config.ts";
import { LilypadError } from "../../protocol/errors.ts";
import {
  BEFORE_SEND_MS,
  BEFORE_SEND_WAITING,
  REFUSAL_REASON_LENGTH,
  REQUEST_BYTES,
} from "../../protocol/limits.ts";
import { messageBody } from "../../protocol/fields.ts";
import {
  beforeSendAnswer,
  type BeforeSendAnswer,
  type BeforeSendCheck,
  type BeforeSendRequest,
} from "../../protocol/webhooks.ts";
import { postSigned } from "./signed-request.ts";

/** What is about to be stored, and by whom. */
export type Asked = Omit<BeforeSendCheck, "no">;

/** The thread that asks. */
export interface AskingThread {
  threadId: string;
  key?: string;
}

interface Waiting {
  asked: Asked;
  resolve: (replacement: string | undefined) => void;
  reject: (refusal: LilypadError) => void;
}

/** The outer form of an answer. What is wrong with one of its parts is no reason to disregard the others. */
const answered = z.object({ answers: z.array(z.unknown()) });

export class BeforeSend {
  readonly #host: NonNullable<Config["beforeSend"]>;
  #waiting: Waiting[] = [];
  /** The messages and edits of each sender that wait, those that are asked about among them: the ids of their commands. */
  readonly #ids = new Map<string, (string | undefined)[]>();
  #isAsking = false;
  /** Whether the last request failed, which is logged once for a row of them. */
  #failed = false;

  constructor(host: NonNullable<Config["beforeSend"]>) {
    this.#host = host;
  }

  /** Whether a sender's command of this id waits. */
  isWaiting(senderId: string, id: string): boolean {
    return this.#ids.get(senderId)?.includes(id) ?? false;
  }

  /**
   * Asks about what a sender is about to store by the command of an id. Resolves with the body to store instead, or
   * undefined. Rejects with `forbidden` where it is refused, with `unavailable` where nobody answered and that is to refuse
   * it, and with `rate_limited` where too much of this sender waits.
   */
  async ask(thread: AskingThread, id: string | undefined, asked: Asked): Promise<string | undefined> {
    const sender = asked.author.id;
    const ids = this.#ids.get(sender) ?? [];
    if (ids.length >= BEFORE_SEND_WAITING)
      throw new LilypadError("rate_limited", "Too many messages wait to be checked.", {
        retryAfterMs: BEFORE_SEND_MS,
      });
    ids.push(id);
    this.#ids.set(sender, ids);
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    this.#waiting.push({ asked, resolve, reject });
    if (!this.#isAsking) {
      this.#isAsking = true;
      // In a moment, so that what comes in the same stretch goes along.
      queueMicrotask(() => void this.#askAll(thread));
    }
    try {
      return await promise;
    } finally {
      ids.splice(ids.indexOf(id), 1);
      if (ids.length === 0) this.#ids.delete(sender);
    }
  }

  async #askAll(thread: AskingThread): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      const answers = await this.#answers(thread, waiting);
      for (const [i, one] of waiting.entries()) this.#settle(one, answers.get(i + 1));
    }
    this.#isAsking = false;
  }

  /** The answers by number; none of those that cannot be read. */
  async #answers(
    thread: AskingThread,
    waiting: readonly Waiting[],
  ): Promise<ReadonlyMap<number, BeforeSendAnswer>> {
    const request: BeforeSendRequest = {
      type: "before_send",
      at: Date.now(),
      ...thread,
      data: { checks: waiting.map(({ asked }, i) => ({ no: i + 1, ...asked })) },
    };
    try {
      const answers = await postSigned(
        this.#host,
        { id: `msg_${crypto.randomUUID()}`, body: JSON.stringify(request), timeoutMs: BEFORE_SEND_MS },
        (response) => readAnswers(response, REQUEST_BYTES * (waiting.length + 1)),
      );
      this.#failed = false;
      return answers;
    } catch (error) {
      if (!this.#failed)
        console.error("the host was asked before sending, and did not answer:", String(error));
      this.#failed = true;
      return new Map();
    }
  }

  #settle({ resolve, reject }: Waiting, answer: BeforeSendAnswer | undefined): void {
    if (answer?.action === "allow") return resolve(undefined);
    if (answer?.action === "refuse") return reject(refusal(answer.reason));
    const replacement = answer && messageBody.safeParse(answer.body);
    if (replacement?.success) return resolve(replacement.data);
    // No answer, or a body that no message may have.
    if (this.#host.failsClosed)
      return reject(
        new LilypadError("unavailable", "Messages cannot be checked at the moment. Try again soon."),
      );
    resolve(undefined);
  }
}

function refusal(reason?: string | null): LilypadError {
  const first = (reason ?? "").trim().toWellFormed().slice(0, REFUSAL_REASON_LENGTH);
  // Not the first half of a character.
  const shown = first.isWellFormed() ? first : first.slice(0, -1);
  return new LilypadError("forbidden", shown || "This message was refused.");
}

/** Reads an answer of at most so many bytes. Throws where it is none. */
async function readAnswers(
  response: Response,
  mostBytes: number,
): Promise<ReadonlyMap<number, BeforeSendAnswer>> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`the answer is over ${mostBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  const answers = answered.parse(JSON.parse(text + decoder.decode())).answers.flatMap((one) => {
    const parsed = beforeSendAnswer.safeParse(one);
    return parsed.success ? [[parsed.data.no, parsed.data] as const] : [];
  });
  // Of two to one check the first counts.
  return new Map(answers.toReversed());
}
