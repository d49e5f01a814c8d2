import react from "@vitejs/plugin-react";
import { createServer as createLilypad } from "lilypad/server";
import { defineConfig } from "vite";

const { LILYPAD_URL = "http://localhost:8787", AUTH_SECRET, SERVER_SECRET, PORT = "3000" } = process.env;

/** The application's own users. */
const USERS = [
  { id: "ada", name: "Ada Lovelace" },
  { id: "ben", name: "Ben Franklin" },
];

/** What your backend does. It has the secrets; here it runs in Vite's development server. */
function backend() {
  return {
    name: "backend",
    apply: "serve",
    configureServer({ middlewares }) {
      const lilypad = createLilypad({ url: LILYPAD_URL, secret: SERVER_SECRET, authSecret: AUTH_SECRET });
      middlewares.use("/chat-token", (request, response) => {
        answerWithToken(lilypad, request, response).catch((error) => {
          console.error(error);
          response.writeHead(500).end();
        });
      });
    },
  };
}

async function answerWithToken(lilypad, request, response) {
  // A real one asks its session who that is, and believes no parameter.
  const user = USERS.find(({ id }) => request.url === `/?user=${id}`);
  if (!user || request.method !== "POST") return response.writeHead(401).end();
  // Made once: asked again, it changes nothing.
  await lilypad.thread("key:pond").put({ kind: "group", name: "The pond", members: USERS });
  const token = await lilypad.signUserToken(user);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ token }));
}

export default defineConfig({
  plugins: [react(), backend()],
  // `lilypad` is a link here, and what is beside it has a React of its own.
  resolve: { dedupe: ["react", "react-dom"] },
  define: { LILYPAD_URL: JSON.stringify(LILYPAD_URL) },
  server: { port: Number(PORT), strictPort: true },
});
