/** A socket without a network: tests say what the server does. */
export class FakeSocket extends EventTarget {
  readonly sent: string[] = [];
  readyState = 1;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  /** The server says these events, in one frame. */
  says(...events: object[]): void {
    this.frame(JSON.stringify(events));
  }

  frame(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** The socket closes with this code. */
  closes(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }

  /** The attempt to connect fails, as Node tells it: without a close. */
  fails(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("error"));
  }

  /** As the type that the client expects: it uses nothing else of it. */
  get asSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
