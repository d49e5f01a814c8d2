/** What a connection understands of the frames that it receives. */

/** An event of the contract, as far as a connection looks at it. */
export interface SocketEvent {
  type: string;
}

/** The server is about to close the socket. */
export interface ClosingEvent extends SocketEvent {
  type: "closing";
  code: number;
  reason: string;
  retryAfterMs?: number;
}

/** The events of a frame; undefined where it is not one of the contract. */
export function parseFrame<Event>(frame: string): Event[] | undefined {
  try {
    const events: unknown = JSON.parse(frame);
    return Array.isArray(events) ? events : undefined;
  } catch {
    return undefined;
  }
}

export function isClosing<Event extends SocketEvent>(event: Event): event is Event & ClosingEvent {
  return event.type === "closing";
}
