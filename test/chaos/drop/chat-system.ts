/** What the drop program needs of a chat system, Lilypad or another: one room with participants who send and receive. */

export interface ChatSystem {
  /** Its name in the table. */
  name: string;
  /** The server's port, to which the proxies connect. */
  port: number;
  /**
   * Whether it guarantees delivery, once and in order; if not, it is only measured. A system with guarantees gets every
   * kind of cut, the others only sudden ones, which are the easiest.
   */
  guaranteesDelivery: boolean;
  /** Adds a participant to the room through the proxy at `url`; resolves when they have joined. */
  join(name: string, url: string): Promise<Participant>;
  /** Ends the server without a warning, and starts it again with what it has stored. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface Participant {
  /** Sends a text, now or when the client is connected again. No text is sent twice. */
  send(text: string): void;
  readonly isConnected: boolean;
  /** Whether the client is connected and has nothing left to send. */
  readonly isIdle: boolean;
  /** What it received so far, once per interface through which a page can learn of messages. */
  received(): ReceivedTexts[];
  /** Violations that the received texts do not show. */
  violations(): string[];
  close(): void;
}

/** What one participant received through one interface. */
export interface ReceivedTexts {
  /** The interface, where a system has several. */
  via?: string;
  /** The texts in order of arrival, repetitions included. */
  texts: readonly string[];
  /** Texts that were shown twice for a while and are no longer. */
  shownTwice?: ReadonlySet<string>;
  /** Texts that by contract arrive through another interface only. */
  excluded?: ReadonlySet<string>;
}
