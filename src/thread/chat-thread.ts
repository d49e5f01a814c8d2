import { DurableObject } from "cloudflare:workers";
import type { Answer } from "../durable/answer.ts";
import type {
  CreateThread,
  MemberPage,
  MessagePage,
  MessagesQuery,
  PageQuery,
  PostMessage,
  ReadState,
} from "../protocol/http.ts";
import type { Member, Message, Role, Thread, User } from "../protocol/model.ts";

export class ChatThread extends DurableObject<Env> {
  declare create: (
    caller: User,
    thread: Pick<CreateThread, "kind"> & { name?: string | null | undefined },
    members: User[],
  ) => Promise<Answer<{ thread: Thread; created: boolean }>>;
  declare view: (caller: User) => Promise<Answer<Thread>>;
  declare rename: (caller: User, change: { name?: string | null | undefined }) => Promise<Answer<Thread>>;
  declare remove: (caller: User) => Promise<Answer<void>>;
  declare members: (caller: User, page: PageQuery) => Promise<Answer<MemberPage>>;
  declare putMember: (
    caller: User,
    userId: string,
    role: Role | undefined,
    profile: User | null,
  ) => Promise<Answer<Member>>;
  declare removeMember: (caller: User, userId: string) => Promise<Answer<void>>;
  declare messages: (caller: User, query: MessagesQuery) => Promise<Answer<MessagePage>>;
  declare send: (
    caller: User,
    message: PostMessage,
  ) => Promise<Answer<{ message: Message; repeat: boolean }>>;
  declare edit: (caller: User, seq: number, body: string) => Promise<Answer<Message>>;
  declare erase: (caller: User, seq: number) => Promise<Answer<void>>;
  declare react: (caller: User, seq: number, emoji: string) => Promise<Answer<void>>;
  declare unreact: (caller: User, seq: number, emoji: string) => Promise<Answer<void>>;
  declare read: (caller: User, seq: number) => Promise<Answer<ReadState>>;
}
