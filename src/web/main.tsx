/** Entry point: finds out who is signed in and renders the page. */
import { render } from "preact";
// First: the components' style sheets override these.
import "./tokens.css";
import "./base.css";
import "./page.css";
import { App } from "./app.tsx";
import { enterPage } from "./session/session.ts";
import { ignoreImeKeys } from "../view/keys/ime.ts";

const root = document.getElementById("app");
// First: it takes the host's token out of the address bar.
void enterPage();
ignoreImeKeys();
if (root) render(<App />, root);
