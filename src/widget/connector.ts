/** What the loader and what it loads say to each other. */
import type { Shell } from "./shell.ts";
import type { Problem } from "./problem.ts";
import type { WidgetSettings } from "./settings.ts";

/** Where tokens come from: an address of the page's own server, or a function of the page. */
export type TokenSource = string | (() => Promise<string> | string);

export interface ConnectorOptions {
  /** The origin of the server. */
  server: string;
  settings: WidgetSettings;
  getToken: TokenSource | undefined;
  shell: Shell;
  /** Whether the chat is to be seen: not in a panel that is closed. */
  isOpen: () => boolean;
  /** Closes the panel; undefined where there is none. */
  onClose: (() => void) | undefined;
  onUnread: (count: number) => void;
  onProblem: (problem: Problem) => void;
}

export interface ConnectedElement {
  /** To be called when the panel has been opened or closed. */
  showViews(): void;
  /** Tries again what has failed. */
  retry(): void;
  close(): void;
}

export type Connector = (options: ConnectorOptions) => ConnectedElement;
