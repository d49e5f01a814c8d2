/** A server of Lilypad with one group, for the drop program. */
import { Server } from "../support/server.ts";
import { signIn } from "../support/users.ts";
import type { ChatSystem } from "./chat-system.ts";

export interface LilypadGroup {
  threadId: string;
  tokenOf(name: string): string;
  /** What is the same whatever the clients. */
  system: Pick<ChatSystem, "port" | "guaranteesDelivery" | "crash" | "stop">;
}

/** Starts a server with a group of users with these names */
export async function startLilypadGroup(names: readonly string[]): Promise<LilypadGroup> {
  const server = await Server.start({}, { inspector: false });
  const members = await signIn(server, names);
  const tokens = new Map(members.map(({ id, token }) => [id, token]));
  const [owner] = members;
  if (!owner) throw new Error("a group needs a member");
  const { id: threadId } = await owner.api.createThread({ kind: "group", memberIds: names.slice(1) });
  return {
    threadId,
    tokenOf: (name) => tokens.get(name) ?? "",
    system: {
      port: server.port,
      guaranteesDelivery: true,
      crash: async () => {
        await server.kill();
        await server.restart();
      },
      stop: () => server.stop(),
    },
  };
}
