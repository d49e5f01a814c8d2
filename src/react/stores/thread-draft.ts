/** What the user is writing in a thread. In memory: it stays while a thread is not shown, and goes with the page. */
import { Store } from "../../client/store/store.ts";

export interface Draft {
  text: string;
  /** The `seq` of the message that it replies to. */
  replyTo: number | undefined;
  /** The message that is being edited, and its new text. */
  edit: { seq: number; text: string } | undefined;
}

export const EMPTY_DRAFT: Draft = { text: "", replyTo: undefined, edit: undefined };

export class ThreadDraft extends Store<Draft> {
  constructor() {
    super(EMPTY_DRAFT);
  }

  readonly change = (change: Partial<Draft>): void => this.update((draft) => ({ ...draft, ...change }));
}
