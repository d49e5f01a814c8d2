/**
 * A button with three dots, and the menu that it opens: beside it, or on a phone a sheet at the bottom of the screen. The
 * menu floats above the page and moves nothing in it. Escape and a click outside close it, and so does what is chosen.
 */
import type { ComponentChildren, RefObject } from "preact";
import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useChat } from "../chat-context.ts";
import { MoreIcon } from "./icons.tsx";
import { menuPosition } from "../../view/menu-position.ts";
import { isOnBackdrop, useModal } from "./modal.ts";
import "./menu.css";

export interface MenuProps {
  /** The name of the button and of the menu. */
  label: string;
  /** The buttons of the menu. What removes something is last, and has the class `button-danger`. */
  children: ComponentChildren;
}

export function Menu({ label, children }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const { overlays } = useChat();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button menu-button"
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <MoreIcon />
      </button>
      {/* Elsewhere in the document: a screen reader announces what is added to a list of messages. */}
      {open &&
        createPortal(
          <FloatingMenu label={label} button={button} onClose={() => setOpen(false)}>
            {children}
          </FloatingMenu>,
          overlays(),
        )}
    </>
  );
}

interface FloatingMenuProps extends MenuProps {
  button: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}

function FloatingMenu({ label, button, onClose, children }: FloatingMenuProps) {
  const dialog = useModal();
  // At once, which returns the focus to the menu's button: what is chosen may then move it on.
  const close = () => {
    dialog.current?.close();
    onClose();
  };
  useLayoutEffect(() => {
    const place = () => {
      if (!dialog.current || !button.current) return;
      const { left, top } = menuPosition(
        button.current.getBoundingClientRect(),
        dialog.current.getBoundingClientRect(),
        { width: innerWidth, height: innerHeight },
      );
      dialog.current.style.setProperty("--menu-left", `${left}px`);
      dialog.current.style.setProperty("--menu-top", `${top}px`);
    };
    place();
    addEventListener("resize", place);
    return () => removeEventListener("resize", place);
  }, []);

  return (
    <dialog
      ref={dialog}
      class="menu"
      aria-label={label}
      onCancel={onClose}
      onClick={(event) => {
        if (isOnBackdrop(event)) close();
      }}
    >
      <div class="menu-items" onClickCapture={close}>
        {children}
      </div>
    </dialog>
  );
}
