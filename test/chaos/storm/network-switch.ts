/** The network between all sockets and the server, which goes down and comes up as a whole. */

export class NetworkSwitch {
  readonly #listeners = new Set<() => void>();
  #isUp = true;

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Calls `listener` when the network goes down; returns a function that removes it. */
  onDown(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  goDown(): void {
    this.#isUp = false;
    for (const listener of this.#listeners) listener();
  }

  comeUp(): void {
    this.#isUp = true;
  }
}
