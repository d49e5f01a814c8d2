/** The upgrade of a session from long polling to a WebSocket, which its client probes first. */
import type { EngineSockets } from "./engine-sockets.ts";
import { PACKET_TYPE, PROBE, PROBED, type Packet } from "./packets.ts";
import type { Polling } from "./polling.ts";
import type { EngineSession } from "./engine-session.ts";

export interface UpgradesParts<D> {
  sockets: EngineSockets<D>;
  polling: Pick<Polling<D>, "endForUpgrade">;
  /** How long a client may take from the first packet of an upgrade to the last. */
  timeoutMs: number;
  /** Sends a packet over the session's transport. */
  send: (session: EngineSession<D>, packet: Packet) => void;
}

export class Upgrades<D> {
  readonly #parts: UpgradesParts<D>;

  constructor(parts: UpgradesParts<D>) {
    this.#parts = parts;
  }

  /** A polling client's WebSocket. Where there is nothing to upgrade, it is opened and closed: clients expect no less. */
  open(session: EngineSession<D> | undefined): Response {
    const { sockets, timeoutMs } = this.#parts;
    if (session?.record.transport !== "polling" || session.sockets.probe) return sockets.refuse();
    const { socket, response } = sockets.accept();
    sockets.attach(socket, session, "probe");
    session.probeTimer = setTimeout(() => this.drop(session), timeoutMs);
    return response;
  }

  /** A packet over a probe. */
  receive(session: EngineSession<D>, packet: Packet): void {
    const { probe } = session.sockets;
    if (!probe) return;
    if (packet === PROBE && !session.isProbed) {
      session.isProbed = true;
      probe.send(PROBED);
      this.#parts.polling.endForUpgrade(session);
    } else if (packet === PACKET_TYPE.upgrade) this.#upgrade(session, probe);
    else this.drop(session);
  }

  /** Gives an upgrade up. The session goes on over polling. */
  drop(session: EngineSession<D>): void {
    session.isProbed = false;
    session.stopProbeTimer();
    this.#parts.sockets.close(session.sockets.probe);
  }

  #upgrade(session: EngineSession<D>, socket: WebSocket): void {
    const { sockets, send } = this.#parts;
    // A poll is not answered: whoever has upgraded polls no more.
    sockets.close(session.sockets.poll);
    session.stopTimer();
    session.stopProbeTimer();
    sockets.detach(socket);
    session.record.transport = "websocket";
    sockets.attach(socket, session, "transport");
    for (const packet of session.takeWaiting()) send(session, packet);
  }
}
