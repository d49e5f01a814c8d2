/**
 * Keeps what is dropped on the page from taking its place, as browsers open files and links that are dropped, and says of
 * files that they cannot be sent yet. Text may be dropped into a field.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import "./file-notice.css";

/** From when the last file was seen. */
const SHOWN_MS = 4_000;

/** `around` is what is dropped on, and what is pasted into. */
export function FileNotice({ around }: { around: EventTarget }) {
  const [shown, setShown] = useState(false);
  const notice = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      setShown(true);
      clearTimeout(timer);
      timer = setTimeout(() => setShown(false), SHOWN_MS);
    };
    const refuse = (event: DragEvent) => {
      const hasFiles = event.dataTransfer?.types.includes("Files") ?? false;
      if (!hasFiles && isField(event.target)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
      if (hasFiles) show();
    };
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      // A picture that was copied from a document comes with its text, which is pasted.
      if (clipboardData?.types.includes("Files") && !clipboardData.types.includes("text/plain")) show();
    };
    around.addEventListener("dragover", refuse as EventListener);
    around.addEventListener("drop", refuse as EventListener);
    around.addEventListener("paste", onPaste as EventListener);
    return () => {
      clearTimeout(timer);
      around.removeEventListener("dragover", refuse as EventListener);
      around.removeEventListener("drop", refuse as EventListener);
      around.removeEventListener("paste", onPaste as EventListener);
    };
  }, [around]);

  // Above an open dialog, too, where the browser can do that.
  useEffect(() => void notice.current?.togglePopover?.(shown), [shown]);

  return (
    <div ref={notice} class="file-notice" popover="manual">
      {shown && <p role="alert">Files cannot be sent yet.</p>}
    </div>
  );
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
