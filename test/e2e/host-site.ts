/** A web site of its own, on another origin than Lilypad: its pages, and the address where its users get their tokens. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HostSite {
  url: string;
  /** How often a token was asked for. */
  asked: () => number;
  /** Answers each request for a token from now on. */
  onToken: (answer: (request: IncomingMessage, response: ServerResponse) => void) => void;
  close: () => void;
}

/** Answers with a token as JSON. */
export const tokenAnswer = (token: string) => (_request: IncomingMessage, response: ServerResponse) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ token }));
};

/** Serves one page with these headers, and answers `POST /chat-token`. */
export async function startHostSite(
  html: string,
  answer: Parameters<HostSite["onToken"]>[0],
  headers: Record<string, string> = {},
): Promise<HostSite> {
  let asked = 0;
  let onToken = answer;
  const server = createServer((request, response) => {
    if (request.url === "/chat-token" && request.method === "POST") {
      asked += 1;
      return onToken(request, response);
    }
    if (request.url !== "/") return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    asked: () => asked,
    onToken: (next) => void (onToken = next),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
