// A shop with a sign-in of its own and a chat on each order's page, in plain HTML. The server is Node's standard library and
// `lilypad/server`; the chat is Lilypad's element.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createLilypad } from "lilypad/server";

const { LILYPAD_URL = "http://localhost:8787", AUTH_SECRET, SERVER_SECRET, PORT = "3000" } = process.env;
const lilypad = createLilypad({ url: LILYPAD_URL, secret: SERVER_SECRET, authSecret: AUTH_SECRET });

/** The shop's own: who may sign in (a real one keeps hashes of passwords), and whose an order is. */
const USERS = [
  { id: "ada", name: "Ada Lovelace", password: "analytical" },
  { id: "ben", name: "Ben (support)", password: "franklin" },
];
const ORDERS = new Map([["123", { title: "A pond, 3 m²", people: USERS }]]);

/** Who is signed in, by the value of their cookie. */
const sessions = new Map();

const escape = (text) => text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (body) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>The pond shop</title>
  <style>
    body { max-width: 45rem; margin: 1rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
    label, lilypad-chat { display: block; margin-block: 1rem; }
    input, button { font: inherit; }
  </style>
</head>
<body>${body}</body>
</html>`;

const signInPage = () =>
  page(`<h1>The pond shop</h1>
<form method="post" action="/sign-in">
  <label>User <input name="user" required></label>
  <label>Password <input name="password" type="password" required></label>
  <button>Sign in</button>
</form>
<p>There are ada (analytical) and ben (franklin).</p>`);

/** The two lines of the chat are the last ones. */
const orderPage = (user, id, { title }) =>
  page(`<h1>Order ${escape(id)}: ${escape(title)}</h1>
<p>You are ${escape(user.name)}.</p>
<form method="post" action="/sign-out"><button>Sign out</button></form>
<script type="module" src="${LILYPAD_URL}/widget.js"></script>
<lilypad-chat thread="key:order-${escape(id)}" token-url="/chat-token"></lilypad-chat>`);

const sessionOf = (request) => /(?:^|; )shop=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
const html = (response, text) => response.setHeader("content-type", "text/html; charset=utf-8").end(text);
const redirect = (response, location) => response.writeHead(303, { location }).end();

async function formOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error("too large a form");
  }
  return new URLSearchParams(text);
}

const routes = {
  "POST /sign-in": async (request, response) => {
    const form = await formOf(request);
    const user = USERS.find(({ id }) => id === form.get("user"));
    if (user?.password !== form.get("password"))
      return response.writeHead(403).end("Wrong user or password.");
    const session = randomBytes(24).toString("hex");
    sessions.set(session, user);
    response.setHeader("set-cookie", `shop=${session}; HttpOnly; SameSite=Lax; Path=/`);
    redirect(response, "/orders/123");
  },
  "POST /sign-out": (request, response) => {
    sessions.delete(sessionOf(request));
    redirect(response, "/");
  },
  // Lilypad's element asks here for a token of whoever is signed in to the shop.
  "POST /chat-token": async (request, response) => {
    const user = sessions.get(sessionOf(request));
    if (!user) return response.writeHead(401).end();
    const token = await lilypad.signUserToken({ id: user.id, name: user.name });
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify({ token }));
  },
};

async function showOrder(request, response, id) {
  const user = sessions.get(sessionOf(request));
  if (!user) return redirect(response, "/");
  const order = ORDERS.get(id);
  if (!order?.people.includes(user)) return response.writeHead(404).end("There is no such order.");
  // Makes the thread of this order, once: asked again, it changes nothing.
  const members = order.people.map((person) => ({ id: person.id, name: person.name }));
  await lilypad.thread(`key:order-${id}`).put({ kind: "group", name: `Order ${id}`, members });
  html(response, orderPage(user, id, order));
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const route = routes[`${request.method} ${pathname}`];
  if (route) return route(request, response);
  const [, id] = /^\/orders\/(\w+)$/.exec(pathname) ?? [];
  if (id !== undefined) return showOrder(request, response, id);
  if (pathname === "/") return html(response, signInPage());
  response.writeHead(404).end("Not found.");
}

createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end("Something went wrong.");
  });
}).listen(Number(PORT), () => console.log(`The pond shop: http://localhost:${PORT}`));
