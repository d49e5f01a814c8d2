/** Starts the page. */
import { render } from "preact";
// Before the components' own styles, which refine these.
import "./tokens.css";
import "./base.css";
import { App } from "./app.tsx";
import { checkSession } from "./session/session.ts";

const root = document.getElementById("app");
if (root) render(<App />, root);
void checkSession();
