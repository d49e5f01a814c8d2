/** Samples the memory of the Worker's isolate and keeps the highest value. */
import { once } from "node:events";
import { WebSocket } from "ws";

/** Rare enough that sampling does not slow the isolate down. */
const SAMPLE_INTERVAL_MS = 250;

/** The inspector's heap usage: V8's heap, the runtime's part of it, and buffers outside of it. */
interface HeapUsage {
  usedSize: number;
  embedderHeapUsedSize: number;
  backingStorageSize: number;
}

export class MemorySampler {
  readonly #inspector: WebSocket;
  readonly #timer: ReturnType<typeof setInterval>;
  #peak = 0;
  #requests = 0;

  private constructor(inspector: WebSocket) {
    this.#inspector = inspector;
    this.#timer = setInterval(() => void this.sample(), SAMPLE_INTERVAL_MS);
  }

  /** Starts sampling the isolate whose inspector is at `url`. */
  static async start(url: string): Promise<MemorySampler> {
    const inspector = new WebSocket(url);
    inspector.setMaxListeners(0);
    await once(inspector, "open");
    return new MemorySampler(inspector);
  }

  /** The highest sample, in bytes. */
  get peak(): number {
    return this.#peak;
  }

  /** The memory now, in bytes. Waits while the isolate is busy. */
  async sample(): Promise<number> {
    const id = ++this.#requests;
    const answer = new Promise<HeapUsage>((resolve) => {
      const onMessage = (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { id?: number; result: HeapUsage };
        if (message.id !== id) return;
        this.#inspector.off("message", onMessage);
        resolve(message.result);
      };
      this.#inspector.on("message", onMessage);
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
