/** Work for sockets: of each one after the other, of different ones side by side. */
export class Turns {
  readonly #last = new WeakMap<WebSocket, Promise<unknown>>();

  /** Runs the work when what this socket asked for before is done, however that ended. */
  take<T>(socket: WebSocket, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(socket) ?? Promise.resolve()).then(work, work);
    this.#last.set(socket, turn);
    return turn;
  }
}
