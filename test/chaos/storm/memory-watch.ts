/** Watches what memory the Worker's isolate holds, and remembers the most. */
import { once } from "node:events";
import { WebSocket } from "ws";

/** Seldom enough that asking does not slow the answer. */
const SAMPLE_MS = 250;

/** What the inspector tells of an isolate: V8's heap, the runtime's part of it, and buffers outside of it. */
interface HeapUsage {
  usedSize: number;
  embedderHeapUsedSize: number;
  backingStorageSize: number;
}

export class MemoryWatch {
  readonly #inspector: WebSocket;
  readonly #timer: ReturnType<typeof setInterval>;
  #peak = 0;
  #asked = 0;

  private constructor(inspector: WebSocket) {
    this.#inspector = inspector;
    this.#timer = setInterval(() => void this.now(), SAMPLE_MS);
  }

  /** Watches the isolate whose inspector is at `url`. */
  static async start(url: string): Promise<MemoryWatch> {
    const inspector = new WebSocket(url);
    inspector.setMaxListeners(0);
    await once(inspector, "open");
    return new MemoryWatch(inspector);
  }

  /** The most that was ever seen, in bytes. */
  get peak(): number {
    return this.#peak;
  }

  /** What it is now, in bytes. Waits while the isolate is at work. */
  async now(): Promise<number> {
    const id = ++this.#asked;
    const answer = new Promise<HeapUsage>((done) => {
      const hear = (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { id?: number; result: HeapUsage };
        if (message.id !== id) return;
        this.#inspector.off("message", hear);
        done(message.result);
      };
      this.#inspector.on("message", hear);
    });
    this.#inspector.send(JSON.stringify({ id, method: "Runtime.getHeapUsage" }));
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await answer;
    const bytes = usedSize + embedderHeapUsedSize + backingStorageSize;
    this.#peak = Math.max(this.#peak, bytes);
    return bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#inspector.terminate();
  }
}
