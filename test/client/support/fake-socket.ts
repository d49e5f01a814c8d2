/** A `WebSocket` without a network: tests say what the server does. */
export class FakeSocket extends EventTarget {
  /** The frames that the client sent. */
  readonly sent: string[] = [];
  readyState = 1;

  constructor(
    readonly url = "",
    readonly protocols: readonly string[] = [],
  ) {
    super();
  }

  /** The path and query of the URL. */
  get path(): string {
    const { pathname, search } = new URL(this.url);
    return pathname + search;
  }

  get isOpen(): boolean {
    return this.readyState === 1;
  }

  /** This socket as the type that the client expects. */
  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.readyState = 3;
  }

  /** The server sends these events in one frame. */
  deliver(...events: object[]): void {
    this.deliverFrame(JSON.stringify(events));
  }

  /** The server, or something in its place, sends this text. */
  deliverFrame(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** The connection ends with this close code. */
  drop(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }

  /** The attempt to connect fails, as Node reports it: without a `close` event. */
  failToConnect(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("error"));
  }
}

/** A socket whose server answers every ping. */
export class PongingSocket extends FakeSocket {
  override send(frame: string): void {
    super.send(frame);
    if (frame === "ping") this.deliverFrame("pong");
  }
}
