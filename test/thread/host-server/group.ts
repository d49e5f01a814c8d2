/** A group of Ada and Bob, and what they do in it, for tests of the host's server. */
import type { Message } from "../../../src/protocol/model.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";

export async function group() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob], "Ponds");
  const path = `/api/threads/${thread.id}`;
  const messages = `${path}/messages`;
  return {
    ada,
    bob,
    thread,
    path,
    stub: threadStub(thread.id),
    post: (body: object, who: Person = ada) => who.call("POST", messages, body),
    edit: (seq: number, body: string) => ada.call("PATCH", `${messages}/${seq}`, { body }),
    bodies: async () =>
      ((await (await ada.call("GET", messages)).json()) as { messages: Message[] }).messages.map(
        ({ body }) => body,
      ),
  };
}
