/** What an element is set to by its attributes. */

export type Theme = "auto" | "light" | "dark";

export interface WidgetSettings {
  /** The id or the key (`key:…`) of a thread; null for the list of the user's threads. */
  thread: string | null;
  tokenUrl: string | null;
  isLauncher: boolean;
  theme: Theme;
  /** A language tag; undefined for the browser's language. */
  language: string | undefined;
}

/** Those that change nothing but how it looks. */
const LOOKS = new Set(["theme", "position"]);

export const ATTRIBUTES = ["thread", "token-url", "mode", "language", ...LOOKS];

export function isLook(attribute: string): boolean {
  return LOOKS.has(attribute);
}

export function settingsOf(element: Element): WidgetSettings {
  const theme = element.getAttribute("theme");
  return {
    thread: element.getAttribute("thread") || null,
    tokenUrl: element.getAttribute("token-url"),
    isLauncher: element.getAttribute("mode") === "launcher",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    language: element.getAttribute("language") || undefined,
  };
}
