/**
 * How a thread numbers those that hold some of its sockets: its own relays from 1, and below zero the Socket.IO shards, each
 * of which is one more relay to every thread that its sessions are in.
 */
import { relayStub, type RelayRpc } from "./relay.ts";
import type { Stub } from "./call.ts";
import { socketIoStub, type SocketIoRpc } from "./socketio.ts";

/** The number that a Socket.IO shard has as a relay. */
export function socketIoRelay(shard: number): number {
  return -1 - shard;
}

/** Whether a number is that of a Socket.IO shard. */
export function isSocketIoRelay(relay: number): boolean {
  return relay < 0;
}

/** A Socket.IO shard as a thread asks it, on a fresh stub. */
export function socketIoShardAt(env: Env, relay: number): Stub<SocketIoRpc> {
  return socketIoStub(env, -1 - relay);
}

/** A relay's RPC interface for its thread, on a fresh stub. */
export function relayAt(env: Env, threadId: string, relay: number): RelayRpc {
  if (!isSocketIoRelay(relay)) return relayStub(env, threadId, relay);
  const shard = socketIoShardAt(env, relay);
  return {
    deliver: (batch) => shard.deliver(threadId, batch),
    revoked: (userId, revocation) => shard.revoked(userId, revocation),
    end: (code, reason) => shard.endRoom(threadId, code, reason),
  };
}
