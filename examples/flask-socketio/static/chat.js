// The forum's chat, as it was written for Flask-SocketIO: a message is stored by REST, and its answer emitted.
const { io } = window;
const chat = document.querySelector(".chat");
const part = (name) => chat.querySelector(`.${name}`);
/** The address of the chat's server; empty for the forum's own. */
const { backend } = chat.dataset;

const me = await (await fetch("/api/auth")).json();
const socket = io(backend || "/", { withCredentials: true, transports: ["websocket", "polling"] });
/** By id. */
let threads = new Map();
let selected;

async function ask(path, method = "GET", body) {
  const response = await fetch(backend + path, {
    method,
    credentials: "include",
    headers: { "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  return response.json();
}

async function loadThreads() {
  const { ChatThreads } = await ask("/api/chat_threads");
  threads = new Map(ChatThreads.map((thread) => [thread.id, thread]));
  for (const { id } of ChatThreads) socket.emit("join", { user: me.id, room: Number(id) });
  if (selected !== undefined) await open(selected);
  draw();
}

async function open(id) {
  threads.set(id, await ask(`/api/chat_threads/${id}`));
  selected = id;
  draw();
}

/** The message of this id, and its thread. */
function found(id) {
  for (const thread of threads.values()) {
    const message = thread.messages.find((one) => one.id === id);
    if (message) return { thread, message };
  }
  return {};
}

socket.on("connect", loadThreads);
socket.on("new_message", ({ threadId }) => threads.has(Number(threadId)) || loadThreads());
socket.on("unread_count", ({ count }) => (part("unread").textContent = count || ""));
socket.on("chat", async (message) => {
  const id = message.threadId ?? message.thread_id;
  const thread = threads.get(id);
  if (!thread || thread.messages.some((one) => one.id === message.id)) return;
  thread.messages.push({ ...message, reactions: [] });
  thread.hasUnread = message.sender.id !== me.id;
  // Has it read.
  if (id === selected && thread.hasUnread) await open(id);
  draw();
});
socket.on("deleted", ({ id }) => {
  const { message } = found(id);
  if (message) Object.assign(message, { content: "Message deleted by user", reactions: [] });
  draw();
});
socket.on("reaction_added", ({ messageId, userId, reactionType }) => {
  const { message } = found(messageId);
  const isThere = (one) => one.userId === userId && one.reactionType === reactionType;
  if (message && !message.reactions.some(isThere)) message.reactions.push({ userId, reactionType });
  draw();
});
socket.on("reaction_removed", ({ messageId, userId, reactionType }) => {
  const { message } = found(messageId);
  const stays = (one) => one.userId !== userId || one.reactionType !== reactionType;
  if (message) message.reactions = message.reactions.filter(stays);
  draw();
});

async function send(room, content) {
  const message = await ask(`/api/chat_threads/${room}/messages`, "POST", { content });
  socket.emit("chat", { ...message, room });
}

async function remove(id, room) {
  await ask(`/api/chat_threads/messages/${id}`, "PUT");
  socket.emit("delete", { id, room });
}

async function react(message, room, reactionType) {
  const isMine = message.reactions.some((one) => one.userId === me.id && one.reactionType === reactionType);
  const path = `/api/chat_reactions/messages/${message.id}`;
  await ask(path, isMine ? "DELETE" : "POST", { reaction: reactionType });
  const event = isMine ? "remove_reaction" : "add_reaction";
  socket.emit(event, { messageId: message.id, reactionType, room });
}

part("start").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username } = event.target.elements;
  const { users } = await (await fetch("/api/users")).json();
  const user = users.find((one) => one.username === username.value);
  username.setCustomValidity(user && user.id !== me.id ? "" : "There is nobody else of this name.");
  if (!username.reportValidity()) return;
  event.target.reset();
  const thread = await ask("/api/chat_threads", "POST", { receiverId: user.id });
  threads.set(thread.id, thread);
  socket.emit("join", { user: me.id, room: thread.id });
  await open(thread.id);
});
part("start").addEventListener("input", ({ target }) => target.setCustomValidity(""));
part("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { content } = event.target.elements;
  const text = content.value.trim();
  event.target.reset();
  if (text) await send(selected, text);
});

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const nameOf = ({ users }) => users.find((user) => user.id !== me.id)?.username ?? "";
const isPicture = (text) => text.endsWith(".png") || text.includes("giphy");

function draw() {
  part("threads").replaceChildren(...[...threads.values()].map(threadRow));
  const thread = threads.get(selected);
  part("conversation").hidden = !thread;
  if (!thread) return;
  part("title").textContent = nameOf(thread);
  part("messages").replaceChildren(...thread.messages.map((message) => messageRow(message, thread)));
  part("messages").scrollTop = part("messages").scrollHeight;
}

function threadRow(thread) {
  const last = thread.messages.at(-1);
  const row = element(
    "button",
    { onclick: () => open(thread.id), ariaCurrent: thread.id === selected },
    element("strong", { textContent: nameOf(thread) }),
    element("span", { textContent: last ? `${last.sender.username}: ${last.content}` : "" }),
  );
  return element("li", { className: thread.hasUnread ? "has-unread" : "" }, row);
}

function messageRow(message, { id: room }) {
  const { content, sender, reactions, createdAt } = message;
  const isOwn = sender.id === me.id && content !== "Message deleted by user";
  const types = new Set(["🐸", ...reactions.map(({ reactionType }) => reactionType)]);
  return element(
    "li",
    {},
    element("strong", { textContent: sender.username }),
    " ",
    element("time", { textContent: new Date(createdAt).toLocaleTimeString() }),
    isPicture(content)
      ? element("p", {}, element("img", { src: content, alt: content }))
      : element("p", { textContent: content }),
    ...[...types].map((reactionType) =>
      element("button", {
        textContent: `${reactionType} ${reactions.filter((one) => one.reactionType === reactionType).length}`,
        onclick: () => react(message, room, reactionType),
      }),
    ),
    ...(isOwn ? [element("button", { textContent: "Delete", onclick: () => remove(message.id, room) })] : []),
  );
}
