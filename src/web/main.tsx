/** Entry point: renders the page and checks who is signed in. */
import { render } from "preact";
// First: the components' style sheets override these.
import "./tokens.css";
import "./base.css";
import { App } from "./app.tsx";
import { checkSession } from "./session/session.ts";

const root = document.getElementById("app");
if (root) render(<App />, root);
void checkSession();
