/** The network between the sockets and the server, as one switch: it takes all of them down at once. */

export class Network {
  readonly #cut = new Set<() => void>();
  #isUp = true;

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Calls `cut` whenever the network goes down; returns what ends that. */
  onDown(cut: () => void): () => void {
    this.#cut.add(cut);
    return () => this.#cut.delete(cut);
  }

  goDown(): void {
    this.#isUp = false;
    for (const cut of this.#cut) cut();
  }

  comeBack(): void {
    this.#isUp = true;
  }
}
