/** `/api/chat_threads` and `/api/chat_reactions`: docs/socketio.md says whom they are for. */
import * as shapes from "../../protocol/first-front-end.ts";
import type { Operations } from "./operation.ts";

export const firstFrontEndOperations: Operations = {
  "GET /api/chat_threads": {
    id: "listChats",
    tag: "Chats",
    summary: "List the caller's chats with their messages",
    description:
      "At most 200, most recently active first. The first 20 with their newest page of messages, the others with the newest message, shortened.",
    allowed: "user",
    answers: { 200: ["The chats.", shapes.chatThreadList] },
  },
  "POST /api/chat_threads": {
    id: "startChat",
    tag: "Chats",
    summary: "Start a chat with somebody, or take it up",
    allowed: "user",
    body: shapes.startChat,
    answers: {
      200: ["The pair's chat, which existed.", shapes.chatThread],
      201: ["The new chat.", shapes.chatThread],
    },
    errors: ["not_found"],
  },
  "GET /api/chat_threads/:number": {
    id: "openChat",
    tag: "Chats",
    summary: "Get a chat, and have it read",
    description: "With its newest page of messages. To other sites it is refused, as it changes something.",
    allowed: "user",
    answers: { 200: ["The chat, read.", shapes.chatThread] },
  },
  "PUT /api/chat_threads/:number/read": {
    id: "readChat",
    tag: "Chats",
    summary: "Have a chat read",
    allowed: "user",
    answers: { 200: ["The chat, read.", shapes.chatThread] },
  },
  "POST /api/chat_threads/:number/messages": {
    id: "sendChatMessage",
    tag: "Chats",
    summary: "Send a message in a chat",
    allowed: "user",
    body: shapes.sendChatMessage,
    answers: { 201: ["The message, stored.", shapes.chatMessage] },
    errors: ["forbidden"],
  },
  "GET /api/chat_threads/messages/:messageId": {
    id: "getChatMessage",
    tag: "Chats",
    summary: "Get a message of a chat",
    allowed: "user",
    answers: { 200: ["The message.", shapes.chatMessage] },
  },
  "PUT /api/chat_threads/messages/:messageId": {
    id: "deleteChatMessage",
    tag: "Chats",
    summary: "Delete a message of a chat",
    description: "Its text is erased from storage, and it says that it was deleted.",
    allowed: "user",
    answers: { 200: ["The message, deleted.", shapes.chatMessage] },
    errors: ["forbidden"],
  },
  "GET /api/chat_reactions/messages/:messageId": {
    id: "getChatReactions",
    tag: "Chats",
    summary: "Get the reactions to a message of a chat",
    description: "Of each emoji the first 50 users, and the caller.",
    allowed: "user",
    answers: { 200: ["The reactions.", shapes.chatReactionList] },
  },
  "POST /api/chat_reactions/messages/:messageId": {
    id: "reactInChat",
    tag: "Chats",
    summary: "React to a message of a chat",
    allowed: "user",
    body: shapes.chatReactionName,
    answers: { 201: ["The caller's reaction, which is there.", shapes.chatReaction] },
    errors: ["forbidden", "conflict", "gone"],
  },
  "DELETE /api/chat_reactions/messages/:messageId": {
    id: "takeBackInChat",
    tag: "Chats",
    summary: "Take a reaction in a chat back",
    allowed: "user",
    body: shapes.chatReactionName,
    answers: { 200: ["The caller's reaction, which is not there.", shapes.chatReaction] },
    errors: ["forbidden", "gone"],
  },
};
